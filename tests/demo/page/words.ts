import type { Outcome } from '../report.ts';

export const outcomeWords: Readonly<Record<Outcome, string>> = {
  confirmed: 'confirmed at once',
  confirmed_later: 'accepted, confirmed by itself',
  refused: 'refused',
  gave_up: 'told it failed, nothing taken',
  unfinished: 'accepted, never finished',
  double_deducted: 'stock deducted more than once',
  lost: 'lost: stock taken, no order',
};

/** A time as people read it: 85 ms, 2.1 s. */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
