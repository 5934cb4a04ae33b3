import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { PageHeading } from '../app/page-heading.tsx';
import { useShop } from '../app/shop.ts';
import { useStore } from '../app/store.ts';
import { type Following, followOrder, type OrderFollower } from './follow-order.ts';
import { FollowedOrder } from './followed-order.tsx';
import { openPushChannel } from './push-channel.ts';
import './order.css';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function OrderPage({ orderId }: { orderId: string }) {
  return uuid.test(orderId) ? <ExistingOrder orderId={orderId} /> : <UnknownOrder />;
}

function ExistingOrder({ orderId }: { orderId: string }) {
  const { api } = useShop();
  const [follower, setFollower] = useState<OrderFollower | null>(null);
  useEffect(() => {
    const following = followOrder(orderId, { api, openPush: (id, listener) => openPushChannel(api, id, listener) });
    const refresh = () => document.visibilityState === 'visible' && following.refresh();
    document.addEventListener('visibilitychange', refresh);
    window.addEventListener('online', refresh);
    setFollower(following);
    return () => {
      document.removeEventListener('visibilitychange', refresh);
      window.removeEventListener('online', refresh);
      following.stop();
    };
  }, [api, orderId]);
  return follower === null ? <OrderSkeleton /> : <WatchedOrder orderId={orderId} follower={follower} />;
}

function WatchedOrder({ orderId, follower }: { orderId: string; follower: OrderFollower }) {
  const following = useStore(follower.state);
  const { known, trouble } = following;
  if (known.order !== null) return <FollowedOrder order={known.order} following={following} follower={follower} />;
  if (trouble === null) return <OrderSkeleton />;
  if (trouble !== 'unreachable' && trouble.status >= 400 && trouble.status < 500) return <UnknownOrder />;
  return <UntoldOrder orderId={orderId} trouble={trouble} tired={following.tired} follower={follower} />;
}

function UnknownOrder() {
  return (
    <div className="empty">
      <PageHeading title="We do not know this order" tabTitle="Unknown order" />
      <p>The address may be incomplete. Orders placed with this browser are under Orders.</p>
      <Link href="/orders" className="button primary">
        Your orders
      </Link>
    </div>
  );
}

interface UntoldOrderProps {
  readonly orderId: string;
  readonly trouble: NonNullable<Following['trouble']>;
  readonly tired: boolean;
  readonly follower: OrderFollower;
}

function UntoldOrder({ orderId, trouble, tired, follower }: UntoldOrderProps) {
  return (
    <div className="empty">
      <PageHeading title="We cannot look up your order right now" tabTitle="Your order" />
      <p>
        {trouble === 'unreachable' ? 'The shop cannot be reached.' : 'The shop cannot answer.'} That changes nothing
        about your order{tired ? '.' : '; we go on asking.'}
      </p>
      <p className="order-id">{orderId}</p>
      <button type="button" className="button" onClick={follower.refresh}>
        Ask now
      </button>
    </div>
  );
}

function OrderSkeleton() {
  return (
    <div aria-busy="true">
      <PageHeading title="Your order" />
      <p className="lead">Looking it up…</p>
      <div className="split">
        <div className="timeline-place">
          <div className="skeleton skeleton-line" />
          <div className="skeleton skeleton-line short" />
          <div className="skeleton skeleton-line" />
        </div>
        <div className="summary skeleton skeleton-summary" />
      </div>
    </div>
  );
}
