import { Link, useLocation } from 'wouter';
import { useShop } from '../app/shop.ts';
import { useStore } from '../app/store.ts';
import { countText, timeText } from '../app/words.ts';
import { isSameOrder, pieces } from '../cart/cart.ts';
import { delayWords } from './purchase-progress.tsx';

/** Tells on every page about a purchase that the shopper has walked away from, or that a changed cart would leave open. */
export function PurchaseNotice() {
  const { purchasing, cart } = useShop();
  const progress = useStore(purchasing.progress);
  const open = useStore(purchasing.open);
  const content = useStore(cart);
  const [location] = useLocation();
  const isAtCheckout = location === '/checkout';

  if (isAtCheckout && (open === null || isSameOrder(open.items, content))) return null;
  if (progress.kind === 'ordered' && !isAtCheckout) {
    return (
      <div className="banner" role="status">
        <p>
          {progress.failed ? 'Your order could not be filled.' : 'Your order is placed.'}{' '}
          <Link href={`/orders/${progress.orderId}`} onClick={purchasing.acknowledge}>
            See your order
          </Link>
        </p>
      </div>
    );
  }
  if (open === null) return null;
  return (
    <div className="banner" role="status">
      <p>
        {progress.kind === 'sending' && 'Your order is on its way to the shop. '}
        {progress.kind === 'waiting' && `${delayWords[progress.why]} `}
        {progress.kind === 'idle' &&
          `An order of ${countText(pieces(open.items), 'piece', 'pieces')} from ${timeText(open.begunAt)} is not answered yet. `}
      </p>
      {progress.kind !== 'sending' && (
        <p className="banner-actions">
          <button type="button" className="text-button" onClick={purchasing.askAgain}>
            Ask what became of it
          </button>
          <button type="button" className="text-button" onClick={purchasing.forget}>
            Forget it
          </button>
        </p>
      )}
    </div>
  );
}
