/** How many events arrive: the total, and a few samples of it from which the present rate follows. */
export interface Traffic {
  readonly total: number;
  readonly samples: readonly { readonly at: number; readonly total: number }[];
}

const WINDOW_MS = 5_000;

export const noTraffic: Traffic = { total: 0, samples: [] };

export function hearTraffic(traffic: Traffic, events: number, now: number): Traffic {
  const total = traffic.total + events;
  const samples = traffic.samples.filter(({ at }) => now - at <= WINDOW_MS);
  // One sample in 200 ms is enough for a rate, however small the batches are.
  const last = samples.at(-1);
  if (last !== undefined && now - last.at < 200) return { total, samples };
  return { total, samples: [...samples, { at: now, total: traffic.total }] };
}

/** Events per second over the last seconds; 0 when nothing arrived for as long. */
export function eventRate({ total, samples }: Traffic, now: number): number {
  const first = samples.find(({ at }) => now - at <= WINDOW_MS);
  if (first === undefined) return 0;
  return ((total - first.total) * 1000) / Math.max(1_000, now - first.at);
}
