import type { OrderDetails } from '@valerix/contracts/order-api';
import { useEffect, useRef } from 'react';
import { PageHeading } from '../app/page-heading.tsx';
import { useShop } from '../app/shop.ts';
import { durationText } from '../app/words.ts';
import { nameIn, useProducts } from '../catalogue/use-products.ts';
import { CancelOrder } from './cancel-order.tsx';
import { FailedOrder } from './failed-order.tsx';
import type { Following, OrderFollower } from './follow-order.ts';
import { OrderSummary } from './order-summary.tsx';
import { failureWords, statusWords } from './status-words.ts';
import { Timeline } from './timeline.tsx';
import { recoveryMs } from './timeline-steps.ts';

interface FollowedOrderProps {
  readonly order: OrderDetails;
  readonly following: Following;
  readonly follower: OrderFollower;
}

export function FollowedOrder({ order, following, follower }: FollowedOrderProps) {
  const catalogue = useProducts();
  const nameOf = (productId: string) => nameIn(catalogue, productId);
  const { title } = statusWords(order.status);
  const lead = order.status === 'failed' ? failureWords(order, nameOf) : leadOf(order);
  useAnnouncedChange(order.status, `${title}. ${lead}`);
  return (
    <article className={`order order-${order.status}`}>
      <PageHeading title={title} />
      <p className="lead">{lead}</p>
      <div className="split">
        <div className="timeline-place">
          <Timeline order={order} following={following} onAsk={follower.refresh} />
          {order.status === 'failed' && <FailedOrder order={order} />}
          <CancelOrder order={order} onCancelled={follower.tell} />
        </div>
        <OrderSummary order={order} catalogue={catalogue} />
      </div>
    </article>
  );
}

function leadOf(order: OrderDetails): string {
  const took = order.status === 'confirmed' ? recoveryMs(order) : null;
  if (took === null) return statusWords(order.status).lead;
  return `The warehouse was slow; we kept your order, and ${durationText(took)} later it was confirmed.`;
}

/** Lets a screen reader say what has changed while the page was open; what it found at first is read anyway. */
function useAnnouncedChange(status: string, words: string): void {
  const { announcement } = useShop();
  const last = useRef(status);
  useEffect(() => {
    if (last.current === status) return;
    last.current = status;
    announcement.set(words);
  }, [status, words, announcement]);
}
