import type { OrderDetails } from '@valerix/contracts/order-api';
import { Link } from 'wouter';
import { dayText, priceText } from '../app/words.ts';
import { totalOf } from '../cart/cart.ts';
import { ProductArt } from '../catalogue/product-art.tsx';
import { nameIn } from '../catalogue/use-products.ts';
import type { Catalogue } from '../catalogue/watch-products.ts';

/** What was ordered. Until it is reserved, names and prices are those of the catalogue. */
export function OrderSummary({ order, catalogue }: { order: OrderDetails; catalogue: Catalogue }) {
  const products = catalogue.products ?? [];
  const reserved = order.totalMinor !== null && order.currency !== null;
  const total = reserved
    ? { minor: order.totalMinor ?? 0, currency: order.currency ?? '' }
    : totalOf(order.items, products);
  return (
    <aside className="summary" aria-labelledby="summary-heading">
      <h2 id="summary-heading">What you ordered</h2>
      <ul className="lines small">
        {order.items.map(({ productId, quantity, name, unitPriceMinor, currency }) => {
          const product = products.find((candidate) => candidate.productId === productId);
          const price = unitPriceMinor ?? product?.unitPriceMinor;
          const inCurrency = currency ?? product?.currency;
          return (
            <li key={productId} className="line">
              <div className="line-picture">
                <ProductArt productId={productId} />
              </div>
              <p className="line-words">
                <span className="line-name">{name ?? nameIn(catalogue, productId)}</span>
                <span className="line-unit">
                  {quantity} × {price === undefined || inCurrency === undefined ? '–' : priceText(price, inCurrency)}
                </span>
              </p>
              <p className="line-total price">
                {price === undefined || inCurrency === undefined ? '' : priceText(price * quantity, inCurrency)}
              </p>
            </li>
          );
        })}
      </ul>
      <p className="total">
        <span>{reserved ? 'Total' : 'Would be'}</span>
        <strong className="price">{total === null ? '–' : priceText(total.minor, total.currency)}</strong>
      </p>
      <dl className="order-facts">
        <dt>Placed</dt>
        <dd>{dayText(order.createdAt)}</dd>
        <dt>Number</dt>
        <dd className="order-id">{order.orderId}</dd>
      </dl>
      <Link href="/orders" className="quiet-link">
        All your orders
      </Link>
    </aside>
  );
}
