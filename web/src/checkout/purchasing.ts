import type { ServiceProblem } from '../app/call.ts';
import type { ShopApi } from '../app/shop-api.ts';
import { makeStore, type Store } from '../app/store.ts';
import { type Cart, withoutOrdered } from '../cart/cart.ts';
import { type Delay, isOutdated, meaningOf, type Purchase, pauseBefore, purchaseOf } from './purchase.ts';

/** How far the purchase has come, as the checkout shows it. */
type Progress =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly asks: number }
  /** It is sent again at `until`; `null` when the shopper has to ask for that. */
  | { readonly kind: 'waiting'; readonly why: Delay; readonly until: number | null; readonly asks: number }
  | { readonly kind: 'ordered'; readonly orderId: string; readonly failed: boolean }
  | { readonly kind: 'refused'; readonly problem: ServiceProblem };

export interface Purchasing {
  readonly progress: Store<Progress>;
  /** The purchase that is not answered yet, if there is one. */
  readonly open: Store<Purchase | null>;
  /**
   * Settles the key under which this cart would be ordered, for all tabs: two of them that are clicked at the same moment,
   * before either can hear of the other's click, then make one order.
   */
  prepare(cart: Cart): void;
  /** Orders the cart, or goes on with the same order if it was asked for before. */
  buy(cart: Cart): void;
  /** Sends the open purchase again now. */
  askAgain(): void;
  /** Drops the open purchase: the shopper wants something else. */
  forget(): void;
  /** The page has shown the outcome. */
  acknowledge(): void;
}

export interface PurchasingDeps {
  readonly api: Pick<ShopApi, 'placeOrder'>;
  readonly open: Store<Purchase | null>;
  /** The purchase that nobody has asked for yet. */
  readonly intended: Store<Purchase | null>;
  readonly cart: Store<Cart>;
  readonly newKey: () => string;
  readonly now: () => number;
  /** There is an order of this browser. */
  readonly ordered: (orderId: string) => void;
}

const idle: Progress = { kind: 'idle' };

export function makePurchasing({ api, open, intended, cart, newKey, now, ordered }: PurchasingDeps): Purchasing {
  const progress = makeStore<Progress>(idle);
  const underway = new Set<string>();
  /** The key of the purchase whose progress this tab shows. */
  let shown: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const close = () => {
    // Its key is used up.
    if (intended.get()?.key === open.get()?.key) intended.set(null);
    open.set(null);
  };
  const stored = open.get();
  if (stored !== null && isOutdated(stored, now())) close();

  const isOpen = ({ key }: Purchase) => open.get()?.key === key;

  const send = async (purchase: Purchase, asks: number) => {
    clearTimeout(timer);
    // A double click, or a reload's resumption that meets the click.
    if (underway.has(purchase.key)) return;
    underway.add(purchase.key);
    shown = purchase.key;
    progress.set({ kind: 'sending', asks });
    const answer = await api.placeOrder(purchase.items, purchase.key);
    underway.delete(purchase.key);
    const meaning = meaningOf(answer);
    const wasOpen = isOpen(purchase);
    if (meaning.kind === 'ordered') {
      ordered(meaning.orderId);
      // A failed order leaves the cart as it is, to be adjusted. Of two tabs only the first takes the goods out.
      if (wasOpen && !meaning.failed) cart.set(withoutOrdered(cart.get(), purchase.items));
    }
    if (meaning.kind !== 'ask_again' && wasOpen) close();
    // Another purchase of this tab has taken its place; this answer was only to be noted.
    if (shown !== purchase.key) return;
    if (meaning.kind !== 'ask_again' || !wasOpen) {
      progress.set(meaning.kind === 'ask_again' ? idle : meaning);
      return;
    }
    const pause = pauseBefore(asks, meaning.afterMs);
    progress.set({ kind: 'waiting', why: meaning.why, until: pause === null ? null : now() + pause, asks });
    if (pause !== null) timer = setTimeout(() => isOpen(purchase) && send(purchase, asks + 1), pause);
  };

  return {
    progress,
    open,
    prepare(content) {
      if (content.length > 0) intended.set(purchaseOf(content, intended.get(), now(), newKey));
    },
    buy(content) {
      if (content.length === 0) return;
      const purchase = purchaseOf(content, open.get(), now(), () => {
        return purchaseOf(content, intended.get(), now(), newKey).key;
      });
      open.set(purchase);
      void send(purchase, 1);
    },
    askAgain() {
      const purchase = open.get();
      if (purchase !== null) void send(purchase, 1);
    },
    forget() {
      clearTimeout(timer);
      shown = undefined;
      close();
      progress.set(idle);
    },
    acknowledge: () => progress.set(idle),
  };
}
