import { orderStatuses } from '@valerix/contracts/order';
import { memo, useState } from 'react';
import { formatClock, formatCount, shortId } from '../app/formats.ts';
import { Panel, Placeholder, StaleNote } from '../app/panel.tsx';
import { useBoard } from '../live/use-board.ts';
import { reasonInWords } from './describe-order-event.ts';
import { addressOf } from './order-address.ts';
import { OrderStatusMark } from './order-status-mark.tsx';
import { statusNames } from './order-status-names.ts';
import { useAttention } from './use-attention.ts';
import { countByStatus, type KnownCard, knownOrders, type StatusFilter, visibleOrders } from './visible-orders.ts';
import './orders.css';

const ROWS = 40;

/** Orders as they change, latest first. */
export function OrdersPanel() {
  const orders = useBoard((board) => board.orders);
  const read = useBoard((board) => board.ordersRead);
  const [filter, setFilter] = useState<StatusFilter>('all');
  const [paused, setPaused] = useState(false);
  const [held, setHeld] = useState<readonly string[]>();

  const known = knownOrders(orders);
  const counts = countByStatus(known);
  const { cards, newer } = visibleOrders(known, filter, ROWS, held);

  const hold = () => setHeld((before) => before ?? cards.map(({ orderId }) => orderId));
  const release = () => {
    if (!paused) setHeld(undefined);
  };
  const choose = (next: StatusFilter) => {
    setFilter(next);
    // What was held belongs to the filter before.
    setHeld(paused ? visibleOrders(known, next, ROWS, undefined).cards.map(({ orderId }) => orderId) : undefined);
  };
  const togglePause = () => {
    setPaused(!paused);
    if (paused) setHeld(undefined);
    else hold();
  };

  return (
    <Panel
      id="orders"
      title="Orders"
      meta={<HoldNote held={held !== undefined} newer={newer} known={known.length} />}
      actions={
        <button type="button" aria-pressed={paused} onClick={togglePause}>
          Pause
        </button>
      }
    >
      <fieldset className="filters">
        <legend className="visually-hidden">Orders by status</legend>
        <FilterButton name="All" count={known.length} pressed={filter === 'all'} onPress={() => choose('all')} />
        {orderStatuses.map((status) => (
          <FilterButton
            key={status}
            name={statusNames[status]}
            count={counts[status]}
            pressed={filter === status}
            onPress={() => choose(status)}
          />
        ))}
      </fieldset>
      <StaleNote error={read.error} />
      <div className="orders-list" ref={useAttention(hold, release)}>
        {cards.length === 0 ? (
          <Placeholder>{emptyWords(read.at, filter)}</Placeholder>
        ) : (
          <ul>
            {cards.map((card) => (
              <OrderRow key={card.orderId} card={card} />
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}

function emptyWords(readAt: number | undefined, filter: StatusFilter): string {
  if (readAt === undefined) return 'Reading orders…';
  return filter === 'all' ? 'No orders yet. The next one appears here by itself.' : 'No order is in this state.';
}

interface HoldNoteProps {
  readonly held: boolean;
  readonly newer: number;
  readonly known: number;
}

function HoldNote({ held, newer, known }: HoldNoteProps) {
  if (!held) return <>the last {formatCount(known)} that changed</>;
  return <>held still{newer > 0 && ` · ${formatCount(newer)} newer`}</>;
}

interface FilterButtonProps {
  readonly name: string;
  readonly count: number;
  readonly pressed: boolean;
  readonly onPress: () => void;
}

const FilterButton = ({ name, count, pressed, onPress }: FilterButtonProps) => (
  <button type="button" className="filter" aria-pressed={pressed} onClick={onPress}>
    {name} <span className="filter-count">{formatCount(count)}</span>
  </button>
);

const OrderRow = memo(function OrderRow({ card }: { readonly card: KnownCard }) {
  const items = card.items.map(({ productId, quantity }) => `${quantity} × ${productId}`).join(', ');
  return (
    <li>
      <a href={addressOf(card.orderId)} className="order-row">
        <time className="order-time" dateTime={new Date(card.changedAt).toISOString()}>
          {formatClock(card.changedAt)}
        </time>
        <code className="order-id">{shortId(card.orderId)}</code>
        <OrderStatusMark status={card.status} />
        <span className="order-items">{items}</span>
        <span className="order-note">{noteOf(card)}</span>
      </a>
    </li>
  );
});

function noteOf({ status, reason, recovered }: KnownCard): string {
  if (recovered && (status === 'confirmed' || status === 'shipped')) return 'recovered';
  return reason === null ? '' : reasonInWords(reason);
}
