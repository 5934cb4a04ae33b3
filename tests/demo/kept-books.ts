import type { Books } from '../system/books.ts';
import type { Kept } from './outcome.ts';
import type { TimedEvent, Visit } from './shoppers.ts';

/** What the books of both services keep of one visit. */
export interface KeptVisit extends Kept {
  /** Movements of stock and changes of the order, with the time they have in the books. */
  readonly events: readonly TimedEvent[];
  /** Epoch ms. */
  readonly confirmedAt: number | undefined;
}

interface Movement {
  readonly order_id: string;
  readonly kind: 'reserve' | 'release';
  readonly pieces: number;
  readonly at: Date;
  readonly source: string;
}

interface Change {
  readonly order_id: string;
  readonly to_status: string;
  readonly reason: string | null;
  readonly at: Date;
}

const movementsSql = `
  SELECT order_id, kind, sum(-delta)::int AS pieces, min(at) AS at, source
  FROM stock_ledger JOIN reservations USING (order_id)
  WHERE order_id = ANY ($1::uuid[])
  GROUP BY order_id, kind, source`;

const changesSql = `
  SELECT order_id, to_status, reason, at FROM status_log WHERE order_id = ANY ($1::uuid[]) ORDER BY order_id, version`;

/** Reads what the books say about each visit. */
export async function readKept(books: Books, visits: readonly Visit[]): Promise<(visit: Visit) => KeptVisit> {
  const ids = visits.flatMap(({ orderIds }) => orderIds);
  const [movements, changes] = await Promise.all([
    books.inventory<Movement>(movementsSql, [ids]),
    books.orders<Change>(changesSql, [ids]),
  ]);
  const movementsOf = Map.groupBy(movements, ({ order_id }) => order_id);
  const changesOf = Map.groupBy(changes, ({ order_id }) => order_id);

  return ({ orderIds }) => {
    const moved = orderIds.flatMap((id) => movementsOf.get(id) ?? []);
    const changed = orderIds.flatMap((id) => changesOf.get(id) ?? []);
    const held = orderIds.map((id) => (movementsOf.get(id) ?? []).reduce((sum, { pieces }) => sum + pieces, 0));
    return {
      holding: held.filter((pieces) => pieces > 0).length,
      piecesDeducted: held.reduce((sum, pieces) => sum + pieces, 0),
      finalStatus: changed.at(-1)?.to_status,
      confirmedAt: changed.find(({ to_status }) => to_status === 'confirmed')?.at.getTime(),
      events: [
        ...moved.map((movement) => ({ at: movement.at.getTime(), who: 'warehouse' as const, what: wordsOf(movement) })),
        ...changed.map(({ at, to_status, reason }) => ({
          at: at.getTime(),
          who: 'order' as const,
          what: `is ${to_status}${reason === null ? '' : `, ${reason}`}`,
        })),
      ],
    };
  };
}

function wordsOf({ kind, pieces, source, order_id }: Movement): string {
  const order = `order ${order_id.slice(0, 8)}`;
  if (kind === 'release') return `takes ${-pieces} back from ${order}`;
  return `deducts ${pieces} for ${order}${source === 'verify' ? ', asked through the queue' : ''}`;
}
