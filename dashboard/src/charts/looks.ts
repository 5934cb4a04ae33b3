import { formatCount } from '../app/formats.ts';
import type { ChartLook } from './draw-chart.ts';

/** The alert's own limits, which the lines across the charts stand for. */
export const SLOW_MS = 1_000;
const ERRORS_PERCENT = 5;

export const responseLook: ChartLook = {
  height: 210,
  atLeast: 1_250,
  formatValue: (ms) => {
    if (ms === 0) return '0';
    return ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`;
  },
  limit: { value: SLOW_MS, label: 'limit 1 s' },
  showTimes: false,
  lines: [
    { label: 'Slowest 5 %', colour: '--ink-3', width: 1 },
    { label: 'Warehouse', colour: '--series-2', dash: [4, 3] },
    { label: 'Order service', colour: '--ink', width: 2 },
  ],
};

export const requestsLook: ChartLook = {
  height: 70,
  atLeast: 4,
  formatValue: formatCount,
  showTimes: false,
  lines: [{ label: 'Requests', colour: '--ink-2', fill: '--line', width: 1 }],
};

export const errorsLook: ChartLook = {
  height: 96,
  atLeast: 10,
  formatValue: (percent) => `${percent} %`,
  limit: { value: ERRORS_PERCENT, label: `limit ${ERRORS_PERCENT} %` },
  showTimes: true,
  lines: [{ label: 'Errors', colour: '--ink' }],
};
