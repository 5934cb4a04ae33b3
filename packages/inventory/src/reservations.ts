import type { OrderLine } from '@valerix/contracts/order';
import { makeBatcher } from '@valerix/platform/batcher';
import { passCrashPoint } from '@valerix/platform/crash-points';
import type { Metrics } from '@valerix/platform/metrics';
import type { Outbox, OutboxRow } from '@valerix/platform/outbox';
import type { Database } from '@valerix/platform/postgres';
import { isUnavailable } from '@valerix/platform/postgres-errors';
import {
  type ReleaseOutcome,
  type ReleaseResult,
  type ReserveOutcome,
  type ReserveResult,
  releaseOutcome,
  reserveOutcome,
  type ShipOutcome,
  type ShipResult,
  shipOutcome,
} from './reservation-outcomes.ts';

export interface ReserveRequest {
  /** A UUID; it is also the key that makes repeats harmless. */
  readonly orderId: string;
  /** At least one; lines of the same product are summed. */
  readonly lines: readonly OrderLine[];
  readonly traceparent: string | null;
}

export interface ReleaseRequest {
  readonly orderId: string;
  /** At most 200 characters. */
  readonly reason: string | null;
  readonly traceparent: string | null;
}

/** What happens to the stock of orders. Every call is safe to repeat, in any order and from any number of processes. */
export interface Reservations {
  /** Reserves all lines or none. With `isWanted`, a request nobody waits for any more is not begun. */
  reserve(request: ReserveRequest, isWanted?: () => boolean): Promise<ReserveOutcome | { readonly kind: 'not_begun' }>;
  /** As `reserve`, for an order whose first caller never heard the outcome; announces it as `OrderVerified`. */
  verify(request: ReserveRequest): Promise<ReserveOutcome>;
  /** Gives the stock back; an order that holds none is fenced, so that a reservation on its way is refused. */
  release(request: ReleaseRequest): Promise<ReleaseOutcome>;
  ship(orderId: string): Promise<ShipOutcome>;
}

export interface ReservationsOptions {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly metrics: Metrics;
  /** Requests that may share one statement. */
  readonly maxBatch?: number;
  /** Statements of one kind under way at once. A second one keeps the database busy while answers are given. */
  readonly maxConcurrent?: number;
}

interface Answer<Result> {
  readonly results: readonly Result[];
  readonly outbox: readonly OutboxRow[];
}

const statements = {
  reserve: 'SELECT reserve_stock($1) AS answer',
  verify: 'SELECT verify_orders($1) AS answer',
  release: 'SELECT release_stock($1) AS answer',
  ship: 'SELECT ship_reservations($1) AS answer',
} as const;

export function makeReservations(options: ReservationsOptions): Reservations {
  const { database, outbox, maxBatch = 100, maxConcurrent = 2 } = options;
  const updates = options.metrics.meter.createCounter('inventory_updates', {
    description: 'Decisions about the stock of orders, by kind.',
  });

  /** Decides `requests` in one round trip. Callers hear the outcome first, then the events are sent. */
  const decide = async <Result>(statement: keyof typeof statements, requests: readonly object[]) => {
    if (requests.length === 0) return [];
    const [row] = await database.query<{ answer: Answer<Result> }>(statements[statement], [JSON.stringify(requests)]);
    passCrashPoint(`inventory.after-${statement}-commit`);
    const { results, outbox: rows } = row?.answer ?? { results: [], outbox: [] };
    if (rows.length > 0) setImmediate(() => void outbox.publish(rows));
    return results;
  };

  const batched = <Item, Result>(
    name: keyof typeof statements,
    run: (items: readonly Item[]) => Promise<readonly Result[]>,
    traceparentOf?: (item: Item) => string | null,
  ) =>
    makeBatcher<Item, Result>({
      maxBatch,
      maxConcurrent,
      // Any other failure may be one request's own: alone, it harms no other.
      splitAfter: (error) => !isUnavailable(error),
      statement: `${name} stock`,
      ...(traceparentOf && { traceparentOf }),
      run,
    });

  const count = <Outcome extends { readonly kind: string; readonly alreadyProcessed: boolean }>(outcome: Outcome) => {
    if (!outcome.alreadyProcessed) updates.add(1, { kind: outcome.kind });
    return outcome;
  };

  const reserve = batched('reserve', async (items: readonly { request: ReserveRequest; isWanted: () => boolean }[]) => {
    const wanted = items.map(({ isWanted }) => isWanted());
    const asked = items.filter((_, index) => wanted[index]).map(({ request }) => toSql(request, 'grpc'));
    const results = (await decide<ReserveResult>('reserve', asked)).values();
    return wanted.map((isWanted) => {
      const result = isWanted ? results.next().value : undefined;
      return result === undefined ? ({ kind: 'not_begun' } as const) : count(reserveOutcome(result));
    });
  });
  const ownTrace = ({ traceparent }: { traceparent: string | null }) => traceparent;
  const verify = batched(
    'verify',
    async (items: readonly ReserveRequest[]) => {
      const asked = items.map((request) => toSql(request, 'verify'));
      return (await decide<ReserveResult>('verify', asked)).map((result) => count(reserveOutcome(result)));
    },
    ownTrace,
  );
  const release = batched(
    'release',
    async (items: readonly ReleaseRequest[]) => {
      const asked = items.map(({ orderId, reason, traceparent }) => ({ order_id: orderId, reason, traceparent }));
      return (await decide<ReleaseResult>('release', asked)).map((result) => count(releaseOutcome(result)));
    },
    ownTrace,
  );
  const ship = batched('ship', async (items: readonly string[]) => {
    const asked = items.map((orderId) => ({ order_id: orderId }));
    return (await decide<ShipResult>('ship', asked)).map(shipOutcome);
  });

  return { reserve: (request, isWanted = () => true) => reserve({ request, isWanted }), verify, release, ship };
}

function toSql({ orderId, lines, traceparent }: ReserveRequest, source: 'grpc' | 'verify') {
  return {
    order_id: orderId,
    source,
    traceparent,
    // A lone surrogate, which JSON can carry and jsonb cannot, names no product; it must not fail the whole batch.
    lines: lines.map(({ productId, quantity }) => ({ product_id: productId.toWellFormed(), quantity })),
  };
}
