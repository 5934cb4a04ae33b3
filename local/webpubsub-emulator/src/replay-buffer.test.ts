import { describe, expect, it } from 'vitest';
import { fromServer, type Outgoing } from './outgoing.ts';
import { makeReplayBuffer, type ReplayBuffer } from './replay-buffer.ts';

const message = (text: string): Outgoing => fromServer({ dataType: 'text', bytes: Buffer.from(text) });

/** Sends as a connection with an open socket does. */
function send(buffer: ReplayBuffer, text: string): void {
  buffer.makeRoomFor(message(text));
  buffer.add(buffer.nextSequenceId(), message(text));
}

const kept = (buffer: ReplayBuffer): [number, string][] =>
  [...buffer.frames()].map((frame) => {
    const { sequenceId, data } = JSON.parse(frame.toString()) as { readonly sequenceId: number; readonly data: string };
    return [sequenceId, data];
  });

describe('a replay buffer', () => {
  it('numbers from 1 and keeps what is not acknowledged', () => {
    const buffer = makeReplayBuffer({ replayMessages: 10, replayBytes: 100 });
    for (const text of ['a', 'b', 'c']) send(buffer, text);
    buffer.acknowledge(2);
    buffer.acknowledge(1);
    expect(kept(buffer)).toEqual([[3, 'c']]);
    expect(buffer.isComplete()).toBe(true);
  });

  it('forgets the oldest beyond its number of messages, and is complete again once those are acknowledged', () => {
    const buffer = makeReplayBuffer({ replayMessages: 2, replayBytes: 100 });
    for (const text of ['a', 'b', 'c', 'd']) send(buffer, text);
    expect(kept(buffer)).toEqual([
      [3, 'c'],
      [4, 'd'],
    ]);
    expect(buffer.isComplete()).toBe(false);
    buffer.acknowledge(1);
    expect(buffer.isComplete()).toBe(false);
    buffer.acknowledge(2);
    expect(buffer.isComplete()).toBe(true);
  });

  it('forgets the oldest beyond its number of bytes', () => {
    const buffer = makeReplayBuffer({ replayMessages: 10, replayBytes: 10 });
    for (const text of ['aaaa', 'bbbb']) send(buffer, text);
    expect(buffer.hasRoomFor(message('cc'))).toBe(true);
    expect(buffer.hasRoomFor(message('ccc'))).toBe(false);
    send(buffer, 'ccc');
    expect(kept(buffer).map(([id]) => id)).toEqual([2, 3]);
  });

  it('takes no acknowledgement of what was never sent', () => {
    const buffer = makeReplayBuffer({ replayMessages: 2, replayBytes: 100 });
    send(buffer, 'a');
    buffer.acknowledge(1_000_000);
    for (const text of ['b', 'c', 'd']) send(buffer, text);
    expect(buffer.isComplete()).toBe(false);
  });
});
