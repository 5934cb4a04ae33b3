import { SECOND } from '@valerix/platform/durations';
import type { Limits } from '../limits.ts';
import { mergeById, type Query, type ReadPage } from '../pages.ts';
import type { Tally } from '../tally.ts';
import { type Disagreement, disagreementOf, type OrderFacts, type ReservationFacts } from './disagreement.ts';

const orderFacts = `
  SELECT order_id, status, version, reservation_id, extract(epoch FROM now() - updated_at)::float8 AS seconds_ago,
    (SELECT jsonb_object_agg(product_id, quantity)::text FROM order_items WHERE order_items.order_id = orders.order_id)
      AS contents
  FROM orders`;
const ordersSql = `${orderFacts} WHERE $1::uuid IS NULL OR order_id > $1 ORDER BY order_id LIMIT $2`;
const theseOrdersSql = `${orderFacts} WHERE order_id = ANY ($1::uuid[])`;

const reservationsSql = `
  SELECT order_id, state, reservation_id, reason,
    extract(epoch FROM now() - greatest(decided_at, settled_at))::float8 AS seconds_ago,
    (SELECT jsonb_object_agg(product_id, quantity)::text FROM reservation_lines AS line
     WHERE line.order_id = reservations.order_id) AS contents
  FROM reservations WHERE $1::uuid IS NULL OR order_id > $1 ORDER BY order_id LIMIT $2`;

/** Orders whose news for the Inventory service have not left the Order service. */
const unsentSql = `
  SELECT body #>> '{data,orderId}' AS order_id FROM outbox WHERE body #>> '{data,orderId}' = ANY ($1::text[])`;

interface Suspect {
  readonly id: string;
  readonly order: OrderFacts | undefined;
  readonly reservation: ReservationFacts | undefined;
  readonly disagreement: Disagreement;
}

/**
 * Orders against reservations, both ways, as two streams sorted by order id.
 *
 * The two databases are never read at one moment. So whatever seems wrong is looked at again: only an order that was the
 * same before and after its reservation was read disagrees with it; any other changed meanwhile and is in flight.
 */
export async function checkAgreement(orders: Query, inventory: Query, tally: Tally, limits: Limits): Promise<void> {
  const readOrders: ReadPage<OrderFacts> = (after, limit) => orders<OrderFacts>(ordersSql, [after, limit]);
  const readReservations: ReadPage<ReservationFacts> = (after, limit) =>
    inventory<ReservationFacts>(reservationsSql, [after, limit]);

  for await (const pairs of mergeById(readOrders, readReservations, limits.pageSize)) {
    tally.examine(pairs.length);
    const suspects = pairs.flatMap(({ id, left: order, right: reservation }): Suspect[] => {
      const disagreement = disagreementOf(id, order, reservation);
      return disagreement === null ? [] : [{ id, order, reservation, disagreement }];
    });
    if (suspects.length === 0) continue;
    const isOnItsWay = await onTheirWay(orders, suspects, limits);
    for (const suspect of suspects) {
      if (isOnItsWay(suspect)) tally.onItsWay(1);
      else tally.breach({ subject: suspect.id, ...suspect.disagreement });
    }
  }
}

async function onTheirWay(
  orders: Query,
  suspects: readonly Suspect[],
  { graceMs, strict, isStill }: Limits,
): Promise<(suspect: Suspect) => boolean> {
  const ids = suspects.map(({ id }) => id);
  const again = new Map((await orders<OrderFacts>(theseOrdersSql, [ids])).map((row) => [row.order_id, row]));
  const unsent = strict || isStill ? [] : await orders<{ order_id: string }>(unsentSql, [ids]);
  const waiting = new Set(unsent.map(({ order_id }) => order_id));
  return ({ id, order, reservation }) =>
    again.get(id)?.version !== order?.version ||
    waiting.has(id) ||
    [order, reservation].some((facts) => facts !== undefined && facts.seconds_ago * SECOND < (isStill ? 0 : graceMs));
}
