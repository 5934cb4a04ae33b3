/** The ack ids that a connection has used for something that was done. */
export interface AckIds {
  has(ackId: number): boolean;
  add(ackId: number): void;
}

/** Remembers the newest `limit` of them: a client repeats an id right after a cut, not a thousand messages later. */
export function makeAckIds(limit: number): AckIds {
  const used = new Set<number>();
  return {
    has: (ackId) => used.has(ackId),
    add(ackId) {
      used.add(ackId);
      for (const oldest of used) {
        if (used.size <= limit) return;
        used.delete(oldest);
      }
    },
  };
}
