import type { Outcome } from './report.ts';
import type { Visit } from './shoppers.ts';

/** What the books say about everything that was done for one shopper. */
export interface Kept {
  /** Order ids that hold stock. */
  readonly holding: number;
  readonly piecesDeducted: number;
  /** What the order is in the end, where orders are kept. */
  readonly finalStatus: string | undefined;
}

/** Whether the shopper has, in the end, an order that they know of and that is theirs. */
export function hasBought(answer: Visit['answer'], { finalStatus }: Kept): boolean {
  return answer === 'confirmed' || (answer === 'accepted' && isBought(finalStatus));
}

const isBought = (status: string | undefined) => status === 'confirmed' || status === 'shipped';
const isOver = (status: string | undefined) => isBought(status) || status === 'failed' || status === 'cancelled';

/** Judges one visit by what the shopper was told and what the books say; the worst that is true of it. */
export function outcomeOf(answer: Visit['answer'], kept: Kept): Outcome {
  const bought = hasBought(answer, kept);
  if (answer === 'accepted' && !isOver(kept.finalStatus)) return 'unfinished';
  // Told of a purchase for which nothing was set aside: as lost as stock that was taken for nobody.
  if (bought !== kept.holding > 0) return 'lost';
  if (kept.holding > 1) return 'double_deducted';
  if (bought) return answer === 'confirmed' ? 'confirmed' : 'confirmed_later';
  return answer === 'failed' ? 'gave_up' : 'refused';
}
