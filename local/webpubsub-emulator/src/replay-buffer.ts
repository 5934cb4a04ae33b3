import type { Outgoing } from './outgoing.ts';

/** The messages of one reliable connection that its client has not acknowledged yet, oldest first. */
export interface ReplayBuffer {
  /** Numbers from 1; goes on over recoveries. */
  nextSequenceId(): number;
  hasRoomFor(message: Outgoing): boolean;
  add(sequenceId: number, message: Outgoing): void;
  /** Forgets the oldest until there is room. A recovery is impossible until the client has acknowledged those. */
  makeRoomFor(message: Outgoing): void;
  acknowledge(sequenceId: number): void;
  /** True while every message that the client may lack is here. */
  isComplete(): boolean;
  /** What a client that comes back has to get again, in order. */
  frames(): Iterable<Buffer>;
}

interface Bounds {
  readonly replayMessages: number;
  readonly replayBytes: number;
}

/** Keeps messages and not frames: a message that went to many clients is in memory once. */
export function makeReplayBuffer({ replayMessages, replayBytes }: Bounds): ReplayBuffer {
  const kept = new Map<number, Outgoing>();
  let bytes = 0;
  let lastId = 0;
  let acknowledgedId = 0;
  let forgottenId = 0;

  const hasRoomFor = ({ size }: Outgoing): boolean => kept.size < replayMessages && bytes + size <= replayBytes;

  function remove(id: number, { size }: Outgoing): void {
    kept.delete(id);
    bytes -= size;
  }

  return {
    nextSequenceId: () => ++lastId,
    hasRoomFor,
    add(sequenceId, message) {
      kept.set(sequenceId, message);
      bytes += message.size;
    },
    makeRoomFor(message) {
      for (const [id, oldest] of kept) {
        if (hasRoomFor(message)) return;
        remove(id, oldest);
        forgottenId = id;
      }
    },
    acknowledge(sequenceId) {
      // A client cannot have what was never sent: without this bound, a wrong number would hide every later gap.
      acknowledgedId = Math.max(acknowledgedId, Math.min(sequenceId, lastId));
      for (const [id, message] of kept) {
        if (id > acknowledgedId) return;
        remove(id, message);
      }
    },
    isComplete: () => forgottenId <= acknowledgedId,
    *frames() {
      for (const [id, message] of kept) yield message.numberedFrame(id);
    },
  };
}
