import type { StoredMessage } from './message.ts';
import { makeMinHeap } from './min-heap.ts';

/**
 * Messages ready for delivery, in sequence order. New ones arrive in order and cost an array push; returned ones
 * (abandoned, lock expired) go through a heap. A message that left the `ready` state while queued is skipped.
 */
export interface ReadyQueue {
  /** Entries held, stale ones included. */
  readonly entries: number;
  add(message: StoredMessage): void;
  take(): StoredMessage | undefined;
  isEmpty(): boolean;
  /** Forgets stale entries, so that expired messages nobody receives do not pile up. */
  prune(): void;
}

const COMPACT_AFTER = 4096;

export function makeReadyQueue(): ReadyQueue {
  let arrived: (StoredMessage | undefined)[] = [];
  let head = 0;
  let lastArrived = 0;
  const returned = makeMinHeap<StoredMessage>((message) => message.sequence);

  function takeArrived(): StoredMessage | undefined {
    const message = arrived[head];
    arrived[head++] = undefined;
    if (head > COMPACT_AFTER && head * 2 > arrived.length) {
      arrived = arrived.slice(head);
      head = 0;
    }
    return message;
  }

  function takeAny(): StoredMessage | undefined {
    const next = arrived[head];
    const back = returned.peek();
    if (next && (!back || next.sequence < back.sequence)) return takeArrived();
    return returned.pop();
  }

  function add(message: StoredMessage): void {
    if (message.sequence > lastArrived) {
      lastArrived = message.sequence;
      arrived.push(message);
    } else {
      returned.push(message);
    }
  }

  function take(): StoredMessage | undefined {
    for (;;) {
      const message = takeAny();
      if (!message || message.state === 'ready') return message;
    }
  }

  return {
    get entries() {
      return arrived.length - head + returned.size;
    },
    add,
    take,
    isEmpty() {
      const message = take();
      if (message) returned.push(message);
      return !message;
    },
    prune() {
      arrived = arrived.slice(head).filter((message) => message?.state === 'ready');
      head = 0;
      returned.prune((message) => message.state === 'ready');
    },
  };
}
