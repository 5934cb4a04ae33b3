import { describe, expect, it } from 'vitest';
import { type Kept, outcomeOf } from './outcome.ts';

const kept = (more: Partial<Kept> = {}): Kept => ({ holding: 1, piecesDeducted: 2, finalStatus: undefined, ...more });
const nothing = kept({ holding: 0, piecesDeducted: 0 });

describe('what came of a visit', () => {
  it('is confirmed when the shopper was told so and stock was taken once', () => {
    expect(outcomeOf('confirmed', kept())).toBe('confirmed');
  });

  it('is confirmed later when the order was accepted and ended as confirmed', () => {
    expect(outcomeOf('accepted', kept({ finalStatus: 'confirmed' }))).toBe('confirmed_later');
  });

  it('is unfinished while an accepted order is neither confirmed nor failed, or is not there at all', () => {
    expect(outcomeOf('accepted', kept({ finalStatus: 'pending_verification' }))).toBe('unfinished');
    expect(outcomeOf('accepted', nothing)).toBe('unfinished');
  });

  it('is a double deduction when stock was taken under several ids and the shopper bought once', () => {
    expect(outcomeOf('confirmed', kept({ holding: 2, piecesDeducted: 4 }))).toBe('double_deducted');
  });

  it('is lost when stock was taken and the shopper was told that it failed, however often', () => {
    expect(outcomeOf('failed', kept())).toBe('lost');
    expect(outcomeOf('failed', kept({ holding: 3, piecesDeducted: 6 }))).toBe('lost');
  });

  it('is lost when the shopper was told of a purchase that holds no stock', () => {
    expect(outcomeOf('confirmed', nothing)).toBe('lost');
  });

  it('is given up or refused when nothing was taken and nothing was promised', () => {
    expect(outcomeOf('failed', nothing)).toBe('gave_up');
    expect(outcomeOf('refused', nothing)).toBe('refused');
    expect(outcomeOf('accepted', { ...nothing, finalStatus: 'failed' })).toBe('refused');
  });
});
