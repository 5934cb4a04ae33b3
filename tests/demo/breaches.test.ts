import { describe, expect, it } from 'vitest';
import { figureBreaches } from './breaches.ts';

type Run = Parameters<typeof figureBreaches>[0];

const wait = { p50Ms: 1, p95Ms: 1, maxMs: 1 };
const sound: Run = {
  figures: {
    orders: 3,
    answered: 3,
    confirmed: 3,
    lost: 0,
    doubleDeducted: 0,
    affected: 0,
    piecesTold: 6,
    piecesDeducted: 6,
    wait,
    recovery: { orders: 0, ...wait },
  },
  outcomes: {
    confirmed: 3,
    confirmed_later: 0,
    refused: 0,
    gave_up: 0,
    unfinished: 0,
    double_deducted: 0,
    lost: 0,
  },
  faults: { gremlin: 1, error: 0, drop: 0, exit: 0 },
};

describe('what the figures show to be wrong', () => {
  it('is nothing when every purchase was deducted once', () => {
    expect(figureBreaches(sound)).toEqual([]);
  });

  it.each<[string, Run, string]>([
    ['a lost order', { ...sound, figures: { ...sound.figures, lost: 1 } }, '1 lost'],
    ['a double deduction', { ...sound, figures: { ...sound.figures, doubleDeducted: 2 } }, '2 had their stock'],
    ['an order without an end', { ...sound, outcomes: { ...sound.outcomes, unfinished: 1 } }, '1 were accepted'],
    ['a piece too many', { ...sound, figures: { ...sound.figures, piecesDeducted: 7 } }, '7 pieces'],
    ['a run without faults', { ...sound, faults: { ...sound.faults, gremlin: 0 } }, 'proves nothing'],
  ])('is %s', (_, run, words) => {
    expect(figureBreaches(run)).toEqual([expect.stringContaining(words)]);
  });
});
