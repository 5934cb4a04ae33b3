/**
 * Remembers which events were seen, for delivery is at least once. Two generations of ids bound the memory: when the
 * younger is full it becomes the elder, so that at least `capacity` ids are always known.
 */
export interface SeenEvents {
  /** True the first time. */
  isNew(eventId: string): boolean;
  size(): number;
}

export function makeSeenEvents(capacity: number): SeenEvents {
  let younger = new Set<string>();
  let elder = new Set<string>();
  return {
    isNew(eventId) {
      if (younger.has(eventId) || elder.has(eventId)) return false;
      if (younger.size >= capacity) {
        elder = younger;
        younger = new Set();
      }
      younger.add(eventId);
      return true;
    },
    size: () => younger.size + elder.size,
  };
}
