import { add, type Durations, nothingDone, presentSecond, SECONDS_KEPT, type Seconds, type Totals } from './seconds.ts';

/** The last five minutes as columns, one entry for each second; null where nothing was asked. */
export interface ChartWindow {
  readonly times: readonly number[];
  /** Of the requests that place or change orders. */
  readonly orderAverage: readonly (number | null)[];
  readonly orderP95: readonly (number | null)[];
  readonly warehouseAverage: readonly (number | null)[];
  /** Share of the Order service's requests that failed, in percent. */
  readonly errorPercent: readonly (number | null)[];
  readonly requests: readonly number[];
}

const ORDER = 'order';
const WAREHOUSE = 'grpc-inventory-host';

const average = (durations: Durations | undefined): number | null =>
  durations === undefined || durations.count === 0 ? null : durations.sumMs / durations.count;

/** Ends with the last second that is over: the one that runs would always look too small. */
export function chartWindow(seconds: Seconds, now: number): ChartWindow {
  const last = presentSecond(seconds, now) - 1;
  const times = Array.from({ length: SECONDS_KEPT - 1 }, (_, index) => last - (SECONDS_KEPT - 2) + index);
  const buckets = times.map((second) => seconds.buckets.get(second));
  const ofService = (service: string) => buckets.map((bucket) => bucket?.get(service));
  const order = ofService(ORDER);
  return {
    times,
    orderAverage: order.map((totals) => average(totals?.ofChanges)),
    orderP95: order.map((totals) => (totals?.ofChanges.count ? totals.ofChanges.p95Ms : null)),
    warehouseAverage: ofService(WAREHOUSE).map((totals) => average(totals?.durations)),
    errorPercent: order.map((totals) => (totals?.count ? (100 * totals.errors) / totals.count : null)),
    requests: order.map((totals) => totals?.count ?? 0),
  };
}

/** The totals of one service, or of all, over the last whole seconds. */
export function recentTotals(seconds: Seconds, now: number, lastSeconds: number, service?: string): Totals {
  const last = presentSecond(seconds, now) - 1;
  let totals = nothingDone;
  for (let second = last - lastSeconds + 1; second <= last; second += 1) {
    for (const [name, each] of seconds.buckets.get(second) ?? []) {
      if (service === undefined || name === service) totals = add(totals, each);
    }
  }
  return totals;
}
