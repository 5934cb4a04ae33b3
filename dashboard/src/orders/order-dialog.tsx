import type { OrderDetails } from '@valerix/contracts/order-api';
import { useEffect, useRef } from 'react';
import { useNow } from '../app/clock.ts';
import { formatMoment, formatMoney, formatMs, formatPreciseClock } from '../app/formats.ts';
import { Placeholder } from '../app/panel.tsx';
import { useBoard, useOperations } from '../live/use-board.ts';
import { closeOrder, useOpenOrder } from './order-address.ts';
import { OrderStatusMark } from './order-status-mark.tsx';
import { orderTimeline, type TimelineEntry } from './order-timeline.ts';
import { followOrder } from './orders.ts';
import { useOrderDetails } from './use-order-details.ts';

/** The order that the address names, over the page. */
export function OrderDialog() {
  const orderId = useOpenOrder();
  const { store } = useOperations();
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    store.apply((board) => ({ ...board, orders: followOrder(board.orders, orderId) }));
    if (orderId === undefined) dialog.current?.close();
    else if (dialog.current?.open === false) dialog.current.showModal();
  }, [orderId, store]);

  return (
    <dialog ref={dialog} className="dialog order-dialog" aria-labelledby="order-title" onClose={closeOrder}>
      {orderId !== undefined && <OrderStory key={orderId} orderId={orderId} />}
    </dialog>
  );
}

function OrderStory({ orderId }: { readonly orderId: string }) {
  const card = useBoard((board) => board.orders.cards.get(orderId));
  const read = useOrderDetails(orderId, card?.version ?? 0);
  const details = read.kind === 'read' ? read.details : undefined;
  const status = details !== undefined && details.orderVersion >= (card?.version ?? 0) ? details.status : card?.status;
  const timeline = orderTimeline(details, card?.heard ?? []);

  return (
    <>
      <header className="dialog-head">
        <div>
          <h2 id="order-title">Order {status !== undefined && <OrderStatusMark status={status} />}</h2>
          <p className="order-full-id">
            <code>{orderId}</code>
          </p>
        </div>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </header>
      <div className="order-story">
        {read.kind === 'not_found' && <Placeholder>The Order service knows no order of this id.</Placeholder>}
        {read.kind === 'failed' && <p className="stale">The order could not be read: {read.message}</p>}
        {details !== undefined && <OrderFacts details={details} />}
        <h3>Timeline</h3>
        {timeline.length === 0 ? (
          <Placeholder>{read.kind === 'reading' ? 'Reading the order…' : 'Nothing is known of it.'}</Placeholder>
        ) : (
          <ol className="timeline">
            {timeline.map((entry) => (
              <TimelineRow key={entry.key} entry={entry} />
            ))}
          </ol>
        )}
        <p className="timeline-key">
          States come from the order's log; events are those heard since this page was opened.
        </p>
      </div>
    </>
  );
}

function OrderFacts({ details }: { readonly details: OrderDetails }) {
  const now = useNow();
  const { message, customerId, items, totalMinor, currency, reservationId, createdAt, recoveredFromCrash, traceId } =
    details;
  return (
    <>
      <ul className="order-lines">
        {items.map(({ productId, quantity, name, unitPriceMinor, currency: priceCurrency }) => (
          <li key={productId}>
            <span>
              {quantity} × {name ?? productId}
            </span>
            {unitPriceMinor !== undefined && priceCurrency !== undefined && (
              <span>{formatMoney(unitPriceMinor * quantity, priceCurrency)}</span>
            )}
          </li>
        ))}
        {totalMinor !== null && currency !== null && items.length > 1 && (
          <li className="order-total">
            <span>Total</span>
            <span>{formatMoney(totalMinor, currency)}</span>
          </li>
        )}
      </ul>
      <dl className="facts">
        <Fact name="Placed" value={formatMoment(Date.parse(createdAt), now)} />
        <Fact name="Customer" value={customerId ?? 'not named'} />
        <Fact name="What the shopper reads" value={message} />
        {reservationId !== null && <Fact name="Reservation" value={reservationId} code />}
        {traceId !== null && <Fact name="Trace" value={traceId} code />}
        {recoveredFromCrash && <Fact name="Recovery" value="found again after a crash" />}
      </dl>
    </>
  );
}

interface FactProps {
  readonly name: string;
  readonly value: string;
  readonly code?: boolean;
}

const Fact = ({ name, value, code = false }: FactProps) => (
  <div>
    <dt>{name}</dt>
    <dd>{code ? <code>{value}</code> : value}</dd>
  </div>
);

function TimelineRow({ entry }: { readonly entry: TimelineEntry }) {
  const { kind, at, afterMs, name, words } = entry;
  return (
    <li className={`timeline-row timeline-${kind}`}>
      <time dateTime={new Date(at).toISOString()}>{formatPreciseClock(at)}</time>
      <span className="timeline-name">
        <span className="visually-hidden">{kind === 'state' ? 'State: ' : 'Event: '}</span>
        {kind === 'state' ? <b>{name}</b> : <code>{name}</code>}
      </span>
      <span className="timeline-words">{words}</span>
      <span className="timeline-after">{afterMs === undefined ? '' : `+${formatMs(Math.max(0, afterMs))}`}</span>
    </li>
  );
}
