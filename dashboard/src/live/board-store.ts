import type { AnyEvent } from '@valerix/contracts/events';
import { type Board, emptyBoard, hear } from './board.ts';
import { makeSeenEvents } from './seen-events.ts';

/** Holds the board outside React: events are folded in batches, and readers hear of it a few times a second at most. */
export interface BoardStore {
  /** The board as it was last published. */
  read(): Board;
  subscribe(listener: () => void): () => void;
  receive(events: readonly AnyEvent[]): void;
  /** Changes the board by something else than events, such as an answer, in the order in which things arrived. */
  apply(change: (board: Board) => Board): void;
  close(): void;
}

export interface BoardStoreOptions {
  readonly now?: () => number;
  /** Runs `work` later; answers how to call it off. */
  readonly schedule?: (work: () => void, delayMs: number) => () => void;
}

/** Four drawings a second are as many as a person can read. */
export const PUBLISH_EVERY_MS = 250;
/** Events are folded early when so many wait, for a hidden page's timers are slow and its memory is bounded too. */
export const QUEUE_AT_MOST = 2_000;
/** Redeliveries come within seconds, and with 1,000 events a second this is 20 of them at least. */
const EVENT_IDS_KEPT = 20_000;

const byTimer = (work: () => void, delayMs: number): (() => void) => {
  const timer = setTimeout(work, delayMs);
  return () => clearTimeout(timer);
};

export function makeBoardStore({ now = Date.now, schedule = byTimer }: BoardStoreOptions = {}): BoardStore {
  const listeners = new Set<() => void>();
  const seen = makeSeenEvents(EVENT_IDS_KEPT);
  let queue: AnyEvent[] = [];
  let board = emptyBoard(now());
  let published = board;
  let publishedAt = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;

  const fold = () => {
    if (queue.length === 0) return;
    const events = queue;
    queue = [];
    board = hear(board, events, now());
  };

  const publish = () => {
    cancel = undefined;
    fold();
    publishedAt = now();
    if (published === board) return;
    published = board;
    for (const listener of listeners) listener();
  };

  const publishSoon = () => {
    cancel ??= schedule(publish, Math.max(0, publishedAt + PUBLISH_EVERY_MS - now()));
  };

  return {
    read: () => published,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    receive(events) {
      for (const event of events) if (seen.isNew(event.eventId)) queue.push(event);
      if (queue.length >= QUEUE_AT_MOST) fold();
      publishSoon();
    },
    apply(change) {
      fold();
      board = change(board);
      publishSoon();
    },
    close() {
      cancel?.();
      listeners.clear();
    },
  };
}
