import type { Repair } from '../finding.ts';
import type { Limits } from '../limits.ts';
import { inPages, pagesOfIds, type Query } from '../pages.ts';
import type { Tally } from '../tally.ts';

/** Every order that any table of the Inventory service knows, so that a leftover of one in another is seen as well. */
const idsSql = `
  SELECT order_id FROM (
    (SELECT order_id FROM reservations WHERE $1::uuid IS NULL OR order_id > $1 ORDER BY order_id LIMIT $2)
    UNION
    (SELECT DISTINCT order_id FROM reservation_lines WHERE $1::uuid IS NULL OR order_id > $1 ORDER BY order_id LIMIT $2)
    UNION
    (SELECT DISTINCT order_id FROM stock_ledger
     WHERE order_id IS NOT NULL AND ($1::uuid IS NULL OR order_id > $1) ORDER BY order_id LIMIT $2)
  ) AS known
  ORDER BY order_id LIMIT $2`;

const newestIdsSql = `
  SELECT DISTINCT latest.order_id FROM products CROSS JOIN LATERAL (
    SELECT order_id FROM stock_ledger WHERE stock_ledger.product_id = products.product_id
    ORDER BY stock_version DESC LIMIT least($1, 100)
  ) AS latest
  WHERE latest.order_id IS NOT NULL LIMIT $1`;

/** The lines of these orders whose movements are not what the state of their reservation says. */
const wrongSql = `
  WITH line AS (
    SELECT order_id, product_id, quantity FROM reservation_lines WHERE order_id = ANY ($1::uuid[])
  ), moved AS (
    SELECT order_id, product_id,
      coalesce(-sum(delta) FILTER (WHERE kind = 'reserve'), 0)::float8 AS taken,
      coalesce(sum(delta) FILTER (WHERE kind = 'release'), 0)::float8 AS given_back,
      count(*) FILTER (WHERE kind = 'reserve')::int AS takings,
      count(*) FILTER (WHERE kind = 'release')::int AS returns
    FROM stock_ledger WHERE order_id = ANY ($1::uuid[]) GROUP BY order_id, product_id
  ), effect AS (
    SELECT *, count(*) OVER (PARTITION BY order_id)::int AS lines FROM line FULL JOIN moved USING (order_id, product_id)
  ), reservation AS (
    SELECT order_id, state FROM reservations WHERE order_id = ANY ($1::uuid[])
  )
  SELECT known.order_id, state, product_id, quantity, taken, given_back, takings, returns, coalesce(lines, 0) AS lines
  FROM unnest($1::uuid[]) AS known (order_id)
  LEFT JOIN reservation USING (order_id)
  LEFT JOIN effect USING (order_id)
  WHERE CASE
    WHEN state IN ('held', 'shipped') THEN
      NOT coalesce(taken = quantity AND takings = 1 AND returns = 0, false)
    WHEN state = 'released' THEN
      NOT coalesce(taken = quantity AND takings = 1 AND given_back = quantity AND returns = 1, false)
    WHEN state IN ('refused', 'fenced') THEN product_id IS NOT NULL
    ELSE true
  END
  ORDER BY known.order_id, product_id`;

interface WrongLine {
  readonly order_id: string;
  readonly state: string | null;
  readonly product_id: string | null;
  readonly quantity: number | null;
  readonly taken: number | null;
  readonly given_back: number | null;
  readonly takings: number | null;
  readonly returns: number | null;
  /** All lines of the order, right or wrong. */
  readonly lines: number;
}

/** Each reservation against the movements of its lines. */
export async function checkMovements(inventory: Query, tally: Tally, { pageSize, newest }: Limits): Promise<void> {
  for await (const ids of idPages(inventory, pageSize, newest)) {
    tally.examine(ids.length);
    const wrong = await inventory<WrongLine>(wrongSql, [ids]);
    for (const lines of Map.groupBy(wrong, (line) => line.order_id).values()) describe(lines, tally);
  }
}

async function* idPages(inventory: Query, pageSize: number, newest: number | null): AsyncGenerator<string[]> {
  if (newest === null) return yield* pagesOfIds(inventory, idsSql, pageSize);
  const rows = await inventory<{ order_id: string }>(newestIdsSql, [newest]);
  yield* inPages(
    rows.map((row) => row.order_id),
    pageSize,
  );
}

function describe(lines: readonly WrongLine[], tally: Tally): void {
  const [first] = lines;
  if (first === undefined) return;
  const { order_id: subject, state, product_id, quantity, taken, given_back } = first;
  const what = `The reservation of order ${subject} ${state === null ? 'is missing' : `is ${state}`}`;
  const explanation =
    product_id === null
      ? `${what}, but it has no lines.`
      : `${what} with ${quantity ?? 'no'} of ${product_id}, but the ledger shows ${taken ?? 0} taken and ${given_back ?? 0} given back` +
        `${lines.length > 1 ? `; so do ${lines.length - 1} more of its lines` : ''}.`;
  tally.breach({ subject, explanation, repairable: repairOf(lines, first) });
}

/** What was decided stands on one side already; the repair writes it on the other. */
function repairOf(lines: readonly WrongLine[], { order_id: orderId, state, lines: all }: WrongLine): Repair | null {
  const took = lines.every(({ quantity, taken, takings }) => quantity !== null && taken === quantity && takings === 1);
  if (!took) return null;
  if (state === 'released' && lines.every(({ returns }) => returns === 0)) return { kind: 'give_back', orderId };
  const gaveAllBack =
    lines.length === all &&
    lines.every(({ quantity, given_back, returns }) => given_back === quantity && returns === 1);
  return state === 'held' && gaveAllBack ? { kind: 'settle_as_released', orderId } : null;
}
