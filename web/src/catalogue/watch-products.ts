import type { ProductView } from '@valerix/contracts/inventory-api';
import type { Answer } from '../app/call.ts';
import { type Attention, repeatWhileVisible } from '../app/repeat.ts';
import type { ShopApi } from '../app/shop-api.ts';
import { makeStore, type Store } from '../app/store.ts';

export interface Catalogue {
  /** Null until the first answer. */
  readonly products: readonly ProductView[] | null;
  /** When the products were last told. */
  readonly asOf: number | null;
  /** Why the last call told nothing, and when the next one is made. */
  readonly trouble: { readonly why: 'unreachable' | 'unavailable'; readonly retryAt: number } | null;
}

export interface ProductWatch {
  readonly catalogue: Store<Catalogue>;
  /** Keeps the catalogue current while somebody needs it; answers how to stop needing it. */
  watch(): () => void;
}

const EVERY_MS = 5000;
const PAUSE_MAX_MS = 30_000;

/** Watches prices and stock: one call about every five seconds for all who watch, while somebody looks. */
export function makeProductWatch(api: Pick<ShopApi, 'products'>, attention: Attention): ProductWatch {
  const catalogue = makeStore<Catalogue>({ products: null, asOf: null, trouble: null });
  let watchers = 0;
  let failures = 0;
  let stop: (() => void) | undefined;

  const look = async () => {
    const answer = await api.products();
    if (answer.kind === 'answered') {
      failures = 0;
      catalogue.set({ products: answer.body.products, asOf: Date.now(), trouble: null });
      return EVERY_MS;
    }
    failures += 1;
    const pause = Math.max(retryAfterMs(answer), Math.min(PAUSE_MAX_MS, EVERY_MS * 2 ** (failures - 1)));
    const why = answer.kind === 'unreachable' ? 'unreachable' : 'unavailable';
    catalogue.set({ ...catalogue.get(), trouble: { why, retryAt: Date.now() + pause } });
    return pause;
  };

  return {
    catalogue,
    watch() {
      watchers += 1;
      stop ??= repeatWhileVisible(attention, look);
      return () => {
        watchers -= 1;
        if (watchers > 0) return;
        stop?.();
        stop = undefined;
      };
    },
  };
}

const retryAfterMs = (answer: Exclude<Answer<unknown>, { kind: 'answered' }>): number =>
  answer.kind === 'problem' ? (answer.problem.retryAfterMs ?? 0) : 0;
