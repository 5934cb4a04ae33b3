import { pick, seededRandom } from '../chaos/random.ts';

/** Who comes to the shop; the same people with the same wishes and the same patience in both runs. */
export interface Shopper {
  /** From 1. */
  readonly number: number;
  /** Which of the shop's products, by its position, and how many pieces. */
  readonly wishes: readonly { readonly product: number; readonly quantity: number }[];
  /** The pause before each further try; somebody without any walks away at the first failure. */
  readonly pausesMs: readonly number[];
  /** How long after the shopper before, at the same counter, this one comes. */
  readonly comesAfterMs: number;
}

/** What a visit cost the shopper and what it brought. */
export interface Visit {
  readonly shopper: Shopper;
  /** Epoch ms of the first click, and of the answer after which the shopper stopped. */
  readonly beganAt: number;
  readonly answeredAt: number;
  /** Time in front of an unanswered request, over all tries. */
  readonly waitMs: number;
  readonly tries: number;
  /** The last answer: bought, will be told later, there is none, or "failed, try again". */
  readonly answer: 'confirmed' | 'accepted' | 'refused' | 'failed';
  /** Every order id that stock may have been taken under on behalf of this shopper. */
  readonly orderIds: readonly string[];
  readonly events: readonly TimedEvent[];
}

export interface TimedEvent {
  /** Epoch ms. */
  readonly at: number;
  readonly who: 'shopper' | 'shop' | 'warehouse' | 'order';
  readonly what: string;
}

/** Takes one shopper's order, however that ends; never throws. */
export type Shop = (shopper: Shopper) => Promise<Visit>;

/** Two of three shoppers try again when told that it failed. */
const TRIES = [1, 2, 3] as const;
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 1_500;
const LONGEST_GAP_MS = 2_500;

export function makeShoppers(count: number, seed: number, products: number): Shopper[] {
  const random = seededRandom(seed);
  const positions = Array.from({ length: products }, (_, position) => position);
  return Array.from({ length: count }, (_, index) => {
    const several = random() < 0.3;
    const wished = new Set([pick(random, positions), ...(several ? [pick(random, positions)] : [])]);
    const wishes = [...wished].map((product) => ({ product, quantity: 1 + Math.floor(random() * 3) }));
    const pauses = pick(random, TRIES) - 1;
    const pausesMs = Array.from({ length: pauses }, () =>
      Math.round(SHORTEST_PAUSE_MS + random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS)),
    );
    return { number: index + 1, wishes, pausesMs, comesAfterMs: Math.round(random() * LONGEST_GAP_MS) };
  });
}

export const piecesWanted = ({ wishes }: Shopper): number => wishes.reduce((sum, { quantity }) => sum + quantity, 0);

export const wordsOf = (shopper: Shopper): string => {
  const pieces = piecesWanted(shopper);
  const lines = shopper.wishes.length;
  return `${pieces} ${pieces === 1 ? 'piece' : 'pieces'}${lines > 1 ? ` of ${lines} products` : ''}`;
};
