import { formatClock, formatCount, formatMs, formatShare } from '../app/formats.ts';
import type { ChartWindow } from './chart-window.ts';

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

/** The response time chart in sentences, for those who do not see it. */
export function summariseResponse({ times, orderAverage, warehouseAverage }: ChartWindow, limitMs: number): string {
  const values = known(orderAverage);
  if (values.length === 0) return 'Response times: no requests in the last five minutes.';
  const highest = Math.max(...values);
  const at = times[orderAverage.indexOf(highest)] ?? 0;
  const over = values.filter((value) => value > limitMs).length;
  const warehouse = known(warehouseAverage);
  return [
    `Average time to place or change an order over five minutes: last ${formatMs(values.at(-1) ?? 0)},`,
    `highest ${formatMs(highest)} at ${formatClock(at * 1000)};`,
    over === 0 ? 'never above one second.' : `above one second in ${over} of ${values.length} seconds.`,
    warehouse.length === 0 ? '' : `Warehouse: last ${formatMs(warehouse.at(-1) ?? 0)}.`,
  ].join(' ');
}

export function summariseErrors({ errorPercent }: ChartWindow): string {
  const values = known(errorPercent);
  if (values.length === 0) return 'Error rate: no requests in the last five minutes.';
  const worst = Math.max(...values) / 100;
  return `Error rate of the Order service over five minutes: last ${formatShare((values.at(-1) ?? 0) / 100)}, highest ${formatShare(worst)}.`;
}

export function summariseRequests({ requests }: ChartWindow): string {
  const sum = requests.reduce((total, value) => total + value, 0);
  return `Requests to the Order service over five minutes: ${formatCount(sum)} in all, at most ${formatCount(Math.max(...requests))} in a second.`;
}
