import type { Repair } from '../finding.ts';
import type { Limits } from '../limits.ts';
import type { Query } from '../pages.ts';
import type { Tally } from '../tally.ts';

/**
 * Products against their ledgers. One statement sees a product and its movements at one moment, so that traffic cannot
 * make them differ; the ledger is read in the order of its key and only what is wrong leaves the database.
 * $3 narrows the ledger to each product's newest movements; its sum is then not known.
 */
const stockSql = `
  SELECT p.product_id, p.stock, p.stock_version::float8 AS version,
    last.new_stock AS last_stock, last.stock_version::float8 AS last_version,
    ledger.movements, ledger.summed, ledger.broken, ledger.first_broken
  FROM (SELECT * FROM products WHERE $1::text IS NULL OR product_id > $1 ORDER BY product_id LIMIT $2) AS p
  LEFT JOIN LATERAL (
    SELECT new_stock, stock_version FROM stock_ledger WHERE product_id = p.product_id
    ORDER BY stock_version DESC LIMIT 1
  ) AS last ON true
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS movements, coalesce(sum(delta), 0)::float8 AS summed,
      count(*) FILTER (WHERE NOT follows)::int AS broken,
      (min(stock_version) FILTER (WHERE NOT follows))::float8 AS first_broken
    FROM (
      SELECT stock_version, delta,
        new_stock = previous_stock + delta AND new_stock >= 0 AND CASE
          WHEN stock_version = 1 THEN previous_stock = 0 AND kind = 'initial'
          WHEN $3::bigint IS NOT NULL AND lag(new_stock) OVER earlier IS NULL THEN true
          ELSE coalesce(previous_stock = lag(new_stock) OVER earlier
            AND stock_version = lag(stock_version) OVER earlier + 1, false)
        END AS follows
      FROM stock_ledger
      WHERE product_id = p.product_id AND ($3::bigint IS NULL OR stock_version > last.stock_version - $3)
      WINDOW earlier AS (ORDER BY stock_version)
    ) AS movement
  ) AS ledger
  ORDER BY p.product_id`;

/** Ledgers of products that are gone, found by jumping from one product of the ledger to the next. */
const strayLedgersSql = `
  WITH RECURSIVE moved AS (
    (SELECT product_id FROM stock_ledger ORDER BY product_id LIMIT 1)
    UNION ALL
    SELECT (SELECT product_id FROM stock_ledger WHERE product_id > moved.product_id ORDER BY product_id LIMIT 1)
    FROM moved WHERE moved.product_id IS NOT NULL
  )
  SELECT product_id FROM moved
  WHERE product_id IS NOT NULL AND NOT EXISTS (SELECT FROM products WHERE products.product_id = moved.product_id)
  ORDER BY product_id`;

interface StockRow {
  readonly product_id: string;
  readonly stock: number;
  readonly version: number;
  readonly last_stock: number | null;
  readonly last_version: number | null;
  readonly movements: number;
  readonly summed: number;
  readonly broken: number;
  readonly first_broken: number | null;
}

/** Products of one statement: a ledger can be long. */
const PRODUCTS_AT_ONCE = 50;

export async function checkStock(inventory: Query, tally: Tally, { newest }: Limits): Promise<void> {
  let after: string | null = null;
  for (;;) {
    const rows: StockRow[] = await inventory<StockRow>(stockSql, [after, PRODUCTS_AT_ONCE, newest]);
    tally.examine(rows.length);
    for (const row of rows) judge(row, tally, newest !== null);
    if (rows.length < PRODUCTS_AT_ONCE) break;
    after = rows.at(-1)?.product_id ?? null;
  }
  for (const { product_id: subject } of await inventory<{ product_id: string }>(strayLedgersSql)) {
    tally.breach({ subject, explanation: `${subject} has a ledger but is no product any more.`, repairable: null });
  }
}

function judge(row: StockRow, tally: Tally, isPartial: boolean): void {
  const { product_id: subject, stock, version, last_stock, last_version, movements, summed, broken } = row;
  const isWhole = broken === 0 && (isPartial || (movements === last_version && summed === last_stock));
  if (last_stock === null || last_version === null) {
    const explanation = `${subject} has ${stock} in stock, but its ledger is empty.`;
    tally.breach({ subject, explanation, repairable: null });
    return;
  }
  if (!isWhole) {
    const where = row.first_broken === null ? '' : `, the first is version ${row.first_broken}`;
    const explanation =
      `The ledger of ${subject} is no chain: ${broken} of ${movements} movements do not follow from the one before${where}; ` +
      `it adds up to ${summed}, its last movement left ${last_stock}.`;
    tally.breach({ subject, explanation, repairable: null });
  }
  if (stock !== last_stock || version !== last_version) {
    // A version ahead of the ledger means that movements were lost: their quantities are known to nobody here.
    const repairable: Repair | null =
      isWhole && version <= last_version ? { kind: 'correct_stock', productId: subject } : null;
    const explanation =
      `${subject} has ${stock} in stock at version ${version}, but its ledger adds up to ${last_stock} ` +
      `at version ${last_version}.`;
    tally.breach({ subject, explanation, repairable });
  }
}
