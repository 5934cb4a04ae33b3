import { describe, expect, it } from 'vitest';
import { type JudgedVisit, measure, share } from './figures.ts';
import type { Visit } from './shoppers.ts';

const BEGAN_AT = Date.parse('2026-01-05T10:00:00Z');

function judged(visit: Partial<Visit>, kept: Partial<JudgedVisit['kept']> = {}): JudgedVisit {
  return {
    act: 'an act',
    visit: {
      shopper: { number: 1, wishes: [{ product: 0, quantity: 2 }], pausesMs: [], comesAfterMs: 0 },
      beganAt: BEGAN_AT,
      answeredAt: BEGAN_AT + 100,
      waitMs: 100,
      tries: 1,
      answer: 'confirmed',
      orderIds: [],
      events: [],
      ...visit,
    },
    kept: { holding: 1, piecesDeducted: 2, finalStatus: undefined, confirmedAt: undefined, events: [], ...kept },
  };
}

const plain = judged({});
const doubled = judged({ tries: 2, waitMs: 5_100 }, { holding: 2, piecesDeducted: 4 });
const lost = judged({ answer: 'failed', waitMs: 5_000 });
const gone = judged({ answer: 'failed' }, { holding: 0, piecesDeducted: 0 });
const recovered = judged(
  { answer: 'accepted', answeredAt: BEGAN_AT + 2_000, waitMs: 2_000 },
  { finalStatus: 'confirmed', confirmedAt: BEGAN_AT + 2_300 },
);

describe('the figures of a run', () => {
  it('count what was answered, confirmed, lost and deducted twice', () => {
    const { figures, outcomes } = measure([plain, doubled, lost, gone, recovered], []);
    expect(figures).toMatchObject({ orders: 5, answered: 3, confirmed: 3, lost: 1, doubleDeducted: 1, affected: 4 });
    expect(outcomes).toEqual({
      confirmed: 1,
      confirmed_later: 1,
      refused: 0,
      gave_up: 1,
      unfinished: 0,
      double_deducted: 1,
      lost: 1,
    });
  });

  it('compare the pieces that were sold with those that were taken', () => {
    const { figures } = measure([plain, doubled, lost, gone], []);
    expect([figures.piecesTold, figures.piecesDeducted]).toEqual([4, 8]);
  });

  it('count an order that was lost and deducted twice in both', () => {
    const { figures } = measure([judged({ answer: 'failed', tries: 2 }, { holding: 2, piecesDeducted: 4 })], []);
    expect(figures).toMatchObject({ lost: 1, doubleDeducted: 1 });
  });

  it('measure recovery from the answer to the confirmation, and never below zero', () => {
    expect(measure([recovered], []).recoveriesMs).toEqual([300]);
    const overtaken = judged(recovered.visit, { finalStatus: 'confirmed', confirmedAt: BEGAN_AT + 1_990 });
    expect(measure([overtaken], []).recoveriesMs).toEqual([0]);
  });

  it('count faults by kind, and tell of them in the timelines of the orders that waited', () => {
    const faults = [
      { at: BEGAN_AT + 50, kind: 'drop' as const },
      { at: BEGAN_AT + 90_000, kind: 'exit' as const },
    ];
    const { faults: counted, affected } = measure([lost], faults);
    expect(counted).toEqual({ gremlin: 0, error: 0, drop: 1, exit: 1 });
    expect(affected[0]?.timeline).toEqual([
      { ms: 50, who: 'warehouse', what: 'takes the stock of a call, then cuts the connection of all' },
    ]);
  });

  it('tell of a delay only after a request, and of an error only before an answer', () => {
    const events = [
      { at: BEGAN_AT, who: 'shopper' as const, what: 'orders' },
      { at: BEGAN_AT + 2_000, who: 'shop' as const, what: 'answers' },
    ];
    const slow = { ...lost, visit: { ...lost.visit, events, answeredAt: BEGAN_AT + 2_000 } };
    const told = (kind: 'gremlin' | 'error', ms: number) =>
      measure([slow], [{ at: BEGAN_AT + ms, kind }]).affected[0]?.timeline.some(({ who }) => who === 'warehouse');
    expect([told('gremlin', 20), told('gremlin', 1_000)]).toEqual([true, false]);
    expect([told('error', 1_000), told('error', 1_980)]).toEqual([false, true]);
  });

  it('tell an order as what happened when, whoever noted it', () => {
    const visit = { ...lost.visit, events: [{ at: BEGAN_AT + 80, who: 'shop' as const, what: 'says: failed' }] };
    const kept = { ...lost.kept, events: [{ at: BEGAN_AT + 20, who: 'warehouse' as const, what: 'deducts 2' }] };
    const { affected } = measure([{ ...lost, visit, kept }], []);
    expect(affected[0]?.timeline.map(({ ms, who }) => [ms, who])).toEqual([
      [20, 'warehouse'],
      [80, 'shop'],
    ]);
  });

  it('leave out orders that went as they should', () => {
    expect(measure([plain], []).affected).toEqual([]);
  });
});

describe('shares', () => {
  it('take the nearest rank', () => {
    const values = [50, 10, 40, 20, 30];
    expect([share(values, 0.5), share(values, 0.95), share(values, 1)]).toEqual([30, 50, 50]);
  });

  it('are zero of nothing', () => {
    expect(share([], 0.5)).toBe(0);
  });
});
