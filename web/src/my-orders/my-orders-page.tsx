import { useEffect } from 'react';
import { Link } from 'wouter';
import { PageHeading } from '../app/page-heading.tsx';
import { pageAttention } from '../app/repeat.ts';
import { useShop } from '../app/shop.ts';
import { useStore } from '../app/store.ts';
import { countText, dayText, priceText } from '../app/words.ts';
import { totalOf } from '../cart/cart.ts';
import { nameIn, useProducts } from '../catalogue/use-products.ts';
import type { Catalogue } from '../catalogue/watch-products.ts';
import { statusWords } from '../order/status-words.ts';
import type { MyOrder } from './my-orders.ts';
import { type Seen, watchOrders } from './watch-orders.ts';
import './my-orders.css';

export function MyOrdersPage() {
  const { api, myOrders, seenOrders } = useShop();
  const orders = useStore(myOrders);
  const seen = useStore(seenOrders);
  const catalogue = useProducts();
  useEffect(() => {
    const orderIds = orders.map(({ orderId }) => orderId);
    return watchOrders(orderIds, seenOrders, api, pageAttention);
  }, [orders, seenOrders, api]);

  if (orders.length === 0) {
    return (
      <div className="empty">
        <PageHeading title="No orders yet" tabTitle="Orders" />
        <p>Orders placed with this browser show up here, with what becomes of them.</p>
        <Link href="/" className="button primary">
          See what there is
        </Link>
      </div>
    );
  }
  return (
    <>
      <PageHeading title="Your orders" />
      <p className="lead">{countText(orders.length, 'order', 'orders')} placed with this browser, the newest first.</p>
      <ul className="my-orders">
        {orders.map((order) => (
          <MyOrderRow key={order.orderId} order={order} seen={seen.get(order.orderId)} catalogue={catalogue} />
        ))}
      </ul>
    </>
  );
}

interface MyOrderRowProps {
  readonly order: MyOrder;
  readonly seen: Seen | undefined;
  readonly catalogue: Catalogue;
}

function MyOrderRow({ order: { orderId, placedAt }, seen, catalogue }: MyOrderRowProps) {
  const known = typeof seen === 'object' ? seen : undefined;
  const total =
    known === undefined
      ? null
      : known.totalMinor !== null && known.currency !== null
        ? { minor: known.totalMinor, currency: known.currency }
        : totalOf(known.items, catalogue.products ?? []);
  const first = known?.items[0];
  const others = (known?.items.length ?? 1) - 1;
  return (
    <li>
      <Link href={`/orders/${orderId}`} className="my-order">
        <span className="my-order-what">
          {first === undefined ? `Order ${orderId.slice(0, 8)}` : (first.name ?? nameIn(catalogue, first.productId))}
          {others > 0 && ` and ${countText(others, 'other thing', 'other things')}`}
        </span>
        <span className="my-order-when">{dayText(placedAt)}</span>
        <span className="my-order-total price">{total === null ? '' : priceText(total.minor, total.currency)}</span>
        <span className={`pill pill-${known?.status ?? 'none'}`}>{shortWords(seen)}</span>
      </Link>
    </li>
  );
}

function shortWords(seen: Seen | undefined): string {
  if (seen === undefined) return 'Looking it up';
  if (seen === 'unknown') return 'Not found';
  if (seen === 'unreachable') return 'No answer yet';
  return statusWords(seen.status).short;
}
