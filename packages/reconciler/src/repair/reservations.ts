import type { Query } from '../pages.ts';
import {
  type Attempt,
  notNeeded,
  notPossible,
  type Repairing,
  type RepairStep,
  record,
  repaired,
} from './repairing.ts';

const orderSql = `
  SELECT status, reason, (
    SELECT jsonb_agg(jsonb_build_object('product_id', product_id, 'quantity', quantity) ORDER BY position)
    FROM order_items WHERE order_items.order_id = orders.order_id
  ) AS lines
  FROM orders WHERE order_id = $1`;
const reservationSql = `
  SELECT state, reservation_id, reason, refused_product_id FROM reservations WHERE order_id = $1`;
const releaseSql = 'SELECT release_stock($1)';
const shipSql = 'SELECT ship_reservations($1)';
const reserveSql = 'SELECT reserve_stock($1)';

interface OrderNow {
  readonly status: string;
  readonly reason: string | null;
  readonly lines: readonly unknown[] | null;
}

interface ReservationNow {
  readonly state: string;
  readonly reservation_id: string | null;
  readonly reason: string | null;
  readonly refused_product_id: string | null;
}

const orderNow = async ({ orders }: Repairing, orderId: string) =>
  (await orders.query<OrderNow>(orderSql, [orderId]))[0];
const reservationNow = async (run: Query, orderId: string) => (await run<ReservationNow>(reservationSql, [orderId]))[0];

/** Calls a function of the Inventory service for one order and writes down what it changed, if it did. */
async function decide(
  run: Query,
  repairing: Repairing,
  finding: Parameters<typeof record>[2],
  sql: string,
  request: { readonly order_id: string } & Readonly<Record<string, unknown>>,
): Promise<{ changed: boolean; now: ReservationNow | undefined }> {
  const before = await reservationNow(run, request.order_id);
  await run(sql, [JSON.stringify([request])]);
  const now = await reservationNow(run, request.order_id);
  const changed = before?.state !== now?.state;
  if (changed) await record(run, repairing, finding, before ?? { state: 'none' }, now ?? { state: 'none' });
  return { changed, now };
}

/** The order ended, or there is none: nobody will ever take what it holds. */
export const release: RepairStep<'release'> = async (repairing, { orderId }, finding) => {
  const order = await orderNow(repairing, orderId);
  if (order !== undefined && order.status !== 'cancelled' && order.status !== 'failed') return notNeeded;
  const reason = order === undefined ? 'order_missing' : (order.reason ?? order.status);
  return repairing.inventory.transaction(async (run) => {
    const request = { order_id: orderId, reason, traceparent: null };
    return (await decide(run, repairing, finding, releaseSql, request)).changed ? repaired : notNeeded;
  });
};

/** The order was handed over to the carrier, and its reservation never heard so. */
export const ship: RepairStep<'ship'> = async (repairing, { orderId }, finding) => {
  if ((await orderNow(repairing, orderId))?.status !== 'shipped') return notNeeded;
  return repairing.inventory.transaction(async (run) =>
    (await decide(run, repairing, finding, shipSql, { order_id: orderId })).changed ? repaired : notNeeded,
  );
};

/** A refusal would be final and bar the order from the stock that the next delivery brings; so it is rolled back. */
class Refused extends Error {
  override name = 'Refused';
}

/** The shopper was promised the goods: they are taken now, by the function that every reservation goes through. */
export const reserveAgain: RepairStep<'reserve_again'> = async (repairing, { orderId }, finding) => {
  const order = await orderNow(repairing, orderId);
  if (order === undefined || (order.status !== 'confirmed' && order.status !== 'shipped')) return notNeeded;
  if (order.lines === null) return notPossible('the order has no lines');
  const request = { order_id: orderId, source: 'verify', traceparent: null, lines: order.lines };
  try {
    return await repairing.inventory.transaction(async (run): Promise<Attempt> => {
      const { changed, now } = await decide(run, repairing, finding, reserveSql, request);
      if (now?.state !== 'held') {
        if (changed)
          throw new Refused(`${now?.refused_product_id} is refused: ${now?.reason}; restock it and run this again`);
        return notNeeded;
      }
      if (order.status === 'shipped') await decide(run, repairing, finding, shipSql, { order_id: orderId });
      return changed ? repaired : notNeeded;
    });
  } catch (error) {
    if (error instanceof Refused) return notPossible(error.message);
    throw error;
  }
};

const nameSql = `
  UPDATE orders SET reservation_id = $2 FROM (SELECT reservation_id FROM orders WHERE order_id = $1 FOR NO KEY UPDATE) AS old
  WHERE order_id = $1 AND status IN ('confirmed', 'shipped') AND orders.reservation_id IS DISTINCT FROM $2
  RETURNING old.reservation_id`;

/** An order names the reservation that is live; there is at most one for an order. */
export const nameReservation: RepairStep<'name_reservation'> = async (repairing, { orderId }, finding) => {
  const live = await reservationNow(repairing.inventory.query, orderId);
  if (live === undefined || (live.state !== 'held' && live.state !== 'shipped')) {
    return notPossible('there is no live reservation that it could name');
  }
  return repairing.orders.transaction(async (run) => {
    const [old] = await run<{ reservation_id: string | null }>(nameSql, [orderId, live.reservation_id]);
    if (old === undefined) return notNeeded;
    await record(run, repairing, finding, old, { reservation_id: live.reservation_id });
    return repaired;
  });
};
