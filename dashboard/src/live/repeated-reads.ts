/** One thing that is read again and again, by itself never twice at a time. */
export interface RepeatedRead {
  /** How long after the last read ended the next one begins; asked anew each time. */
  readonly everyMs: () => number;
  readonly run: () => Promise<void>;
}

export interface RepeatedReads<Name extends string> {
  /** Reads now, or as soon as a read that is under way is over. `atMostEveryMs` holds back what is asked for often. */
  refresh(name: Name, atMostEveryMs?: number): void;
  /** Waits until a read that began after the call is over. */
  reread(name: Name): Promise<void>;
  stop(): void;
}

interface Entry extends RepeatedRead {
  dueAt: number;
  endedAt: number;
  running: Promise<void> | undefined;
}

const TICK_MS = 500;

export function startRepeatedReads<Name extends string>(
  reads: Readonly<Record<Name, RepeatedRead>>,
): RepeatedReads<Name> {
  const entries = Object.fromEntries(
    Object.entries<RepeatedRead>(reads).map(([name, read]) => [
      name,
      { ...read, dueAt: 0, endedAt: Number.NEGATIVE_INFINITY, running: undefined } satisfies Entry,
    ]),
  ) as Record<Name, Entry>;
  let stopped = false;

  const runDue = (entry: Entry) => {
    if (stopped || entry.running !== undefined || Date.now() < entry.dueAt) return;
    entry.dueAt = Number.POSITIVE_INFINITY;
    entry.running = entry.run().finally(() => {
      entry.running = undefined;
      entry.endedAt = Date.now();
      entry.dueAt = Math.min(entry.dueAt, entry.endedAt + entry.everyMs());
    });
  };
  const tick = () => {
    for (const entry of Object.values<Entry>(entries)) {
      // A cadence that became shorter meanwhile, because the channel went down, counts at once.
      entry.dueAt = Math.min(entry.dueAt, entry.running === undefined ? entry.endedAt + entry.everyMs() : entry.dueAt);
      runDue(entry);
    }
  };
  tick();
  const timer = setInterval(tick, TICK_MS);

  return {
    refresh(name, atMostEveryMs = 0) {
      const entry = entries[name];
      entry.dueAt = Math.min(entry.dueAt, Math.max(Date.now(), entry.endedAt + atMostEveryMs));
      runDue(entry);
    },
    async reread(name) {
      const entry = entries[name];
      await entry.running;
      entry.dueAt = 0;
      runDue(entry);
      await entry.running;
    },
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}
