import { makeBatcher } from '@valerix/platform/batcher';
import { passCrashPoint } from '@valerix/platform/crash-points';
import type { Outbox, OutboxRow } from '@valerix/platform/outbox';
import type { Database } from '@valerix/platform/postgres';
import { isUnavailable } from '@valerix/platform/postgres-errors';
import type { Order } from '../domain/order.ts';
import { orderCreated } from '../domain/order-events.ts';
import { outboxRowsOf, rowOf } from './order-row.ts';

/** The claim of a request on its idempotency key. */
export interface KeyClaim {
  readonly scope: string;
  readonly key: string;
  readonly requestHash: string;
}

export type Creation =
  | { readonly kind: 'created' }
  /** The key belongs to an earlier request. */
  | { readonly kind: 'replay'; readonly orderId: string; readonly requestHash: string };

/** An order about to be written. Writing the same one again, after an answer got lost, changes nothing. */
export interface OrderIntent {
  readonly order: Order;
  readonly claim: KeyClaim | null;
  readonly events: readonly OutboxRow[];
}

export const orderIntent = (order: Order, claim: KeyClaim | null): OrderIntent => ({
  order,
  claim,
  events: outboxRowsOf(order, [orderCreated(order)], order.createdAt),
});

/** `signal`: nobody waits for the order any more, so one that is not on its way yet is not written. */
export type CreateOrder = (intent: OrderIntent, signal?: AbortSignal) => Promise<Creation>;

/** One statement for any number of new orders: keys first, in one order for all writers, then only what they allow. */
const createSql = `
  WITH input AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS i (
      n int, order_id uuid, scope text, key text, request_hash text, customer_id text, traceparent text,
      created_at timestamptz, next_check_at timestamptz, items jsonb, events jsonb
    )
  ), claimed AS (
    INSERT INTO idempotency_keys (scope, key, request_hash, order_id, created_at)
    SELECT scope, key, request_hash, order_id, created_at FROM input WHERE key IS NOT NULL ORDER BY scope, key, n
    ON CONFLICT DO NOTHING
    RETURNING order_id
  ), allowed AS (
    SELECT input.* FROM input LEFT JOIN claimed USING (order_id)
    WHERE input.key IS NULL OR claimed.order_id IS NOT NULL
  ), created AS (
    INSERT INTO orders (order_id, customer_id, status, version, traceparent, created_at, updated_at, next_check_at)
    SELECT order_id, customer_id, 'pending', 1, traceparent, created_at, created_at, next_check_at
    FROM allowed ORDER BY order_id
    ON CONFLICT (order_id) DO NOTHING
    RETURNING order_id
  ), written AS (
    SELECT allowed.* FROM allowed JOIN created USING (order_id)
  ), lines AS (
    INSERT INTO order_items (order_id, position, product_id, quantity)
    SELECT w.order_id, line.position, line.item ->> 'productId', (line.item ->> 'quantity')::int
    FROM written w CROSS JOIN LATERAL jsonb_array_elements(w.items) WITH ORDINALITY AS line (item, position)
  ), logged AS (
    INSERT INTO status_log (order_id, version, from_status, to_status, at)
    SELECT order_id, 1, NULL, 'pending', created_at FROM written
  ), announced AS (
    INSERT INTO outbox (event_id, entity, event_type, body, traceparent)
    SELECT e.event_id, e.entity, e.event_type, e.body, e.traceparent
    FROM written w CROSS JOIN LATERAL jsonb_to_recordset(w.events)
      AS e (event_id uuid, entity text, event_type text, body jsonb, traceparent text)
    ORDER BY w.n
  )
  SELECT order_id FROM created`;

const ownersSql = `
  SELECT k.scope, k.key, k.request_hash, k.order_id
  FROM unnest($1::text[], $2::text[]) AS i (scope, key) JOIN idempotency_keys k USING (scope, key)`;

interface KeyOwner {
  readonly scope: string;
  readonly key: string;
  readonly request_hash: string;
  readonly order_id: string;
}

/** A key was taken when the order was written and gone when its owner was looked up; the same request may try again. */
export class KeyVanished extends Error {
  override name = 'KeyVanished';
}

/** Whoever wanted the order was told meanwhile that it could not be recorded. */
class CreationAbandoned extends Error {
  override name = 'CreationAbandoned';
}

const keyOf = (claim: Pick<KeyClaim, 'scope' | 'key'>): string => JSON.stringify([claim.scope, claim.key]);

/**
 * Writes orders, those that meet together in one statement, and sends their events once they are committed.
 * Rejects with what PostgreSQL says when nothing can be known about an order.
 */
export function makeCreateOrder(database: Database, outbox: Pick<Outbox, 'publish'>): CreateOrder {
  const answerFor = (intent: OrderIntent, owners: ReadonlyMap<string, KeyOwner>): Creation | KeyVanished => {
    // Without a key only an earlier try of the same order can be in the way.
    if (intent.claim === null) return { kind: 'created' };
    const owner = owners.get(keyOf(intent.claim));
    if (owner === undefined) return new KeyVanished(`the key of order ${intent.order.orderId} is gone`);
    if (owner.order_id === intent.order.orderId) return { kind: 'created' };
    return { kind: 'replay', orderId: owner.order_id, requestHash: owner.request_hash };
  };

  const run = async (intents: readonly OrderIntent[]): Promise<(Creation | KeyVanished)[]> => {
    const rows = await database.query<{ order_id: string }>(createSql, [JSON.stringify(intents.map(inputOf))]);
    passCrashPoint('order.after-create-commit');
    const created = new Set(rows.map((row) => row.order_id));
    void outbox.publish(intents.flatMap(({ order, events }) => (created.has(order.orderId) ? events : [])));
    const claims = intents.flatMap(({ order, claim }) => (claim && !created.has(order.orderId) ? [claim] : []));
    const owners = new Map<string, KeyOwner>();
    if (claims.length > 0) {
      const wanted = [claims.map(({ scope }) => scope), claims.map(({ key }) => key)];
      for (const owner of await database.query<KeyOwner>(ownersSql, wanted)) owners.set(keyOf(owner), owner);
    }
    return intents.map((intent) =>
      created.has(intent.order.orderId) ? { kind: 'created' } : answerFor(intent, owners),
    );
  };

  const createTogether = makeBatcher<Wanted, Creation | Error>({
    // While the database hangs, orders gather here long after their requests were answered with an error.
    run: async (wanted) => {
      const live = wanted.filter(({ signal }) => !signal?.aborted);
      const answers = live.length === 0 ? [] : await run(live.map(({ intent }) => intent));
      const byOrder = new Map(live.map(({ intent }, index) => [intent, answers[index]]));
      return wanted.map(({ intent }) => byOrder.get(intent) ?? new CreationAbandoned(intent.order.orderId));
    },
    maxBatch: 100,
    maxConcurrent: 3,
    statement: 'create orders',
    splitAfter: (error) => !isUnavailable(error),
  });
  return async (intent, signal) => {
    const answer = await createTogether({ intent, signal });
    if (answer instanceof Error) throw answer;
    return answer;
  };
}

interface Wanted {
  readonly intent: OrderIntent;
  readonly signal: AbortSignal | undefined;
}

function inputOf({ order, claim, events }: OrderIntent, n: number) {
  const { order_id, customer_id, traceparent, created_at, next_check_at, items } = rowOf(order);
  const { scope, key, requestHash: request_hash } = claim ?? { scope: null, key: null, requestHash: null };
  return { n, order_id, customer_id, traceparent, created_at, next_check_at, items, events, scope, key, request_hash };
}
