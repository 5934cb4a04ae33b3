import type { OrderDetails } from '@valerix/contracts/order-api';
import { useLocation } from 'wouter';
import { useShop } from '../app/shop.ts';
import { withLines, withQuantity } from '../cart/cart.ts';
import { fillableLines } from './fillable-lines.ts';

/** The way on from an order that failed: its lines, as far as they can be filled, back into the cart. */
export function FailedOrder({ order }: { order: OrderDetails }) {
  const { cart } = useShop();
  const [, navigate] = useLocation();
  const lines = fillableLines(order);
  const asked = order.items.length;
  const putBack = () => {
    const refused = order.refusal?.productId;
    const rest = refused === undefined ? cart.get() : withQuantity(cart.get(), refused, 0);
    cart.set(withLines(rest, lines));
    navigate('/cart');
  };
  return (
    <div className="order-actions">
      {lines.length > 0 && (
        <button type="button" className="button primary" onClick={putBack}>
          {order.refusal === undefined
            ? 'Put it back into the cart'
            : lines.length < asked
              ? 'Put the rest into the cart'
              : 'Put what is left into the cart'}
        </button>
      )}
      <button type="button" className="button" onClick={() => navigate('/')}>
        Back to the shop
      </button>
    </div>
  );
}
