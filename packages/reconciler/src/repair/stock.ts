import { notNeeded, notPossible, type RepairStep, record, repaired } from './repairing.ts';

const lockSql = `
  SELECT stock, stock_version::float8 AS version FROM products WHERE product_id = $1 FOR NO KEY UPDATE`;
// Whoever moves stock locks the product first, so with the lock in hand the ledger stands still.
const ledgerSql = `
  SELECT (array_agg(new_stock ORDER BY stock_version DESC))[1] AS stock, max(stock_version)::float8 AS version,
    sum(delta)::float8 AS summed, count(*)::float8 AS movements
  FROM stock_ledger WHERE product_id = $1`;
const correctSql = 'UPDATE products SET stock = $2, stock_version = $3, updated_at = now() WHERE product_id = $1';
// Whoever shows the stock hears of it; the version says which of two numbers is the later one.
const announceSql = `
  SELECT write_outbox(stock_adjusted(products, 0, 'details_changed', NULL)) FROM products WHERE product_id = $1`;

interface StockAt {
  readonly stock: number;
  readonly version: number;
}

/** The ledger is what happened; the product's own number only remembers where it ended. */
export const correctStock: RepairStep<'correct_stock'> = (repairing, { productId }, finding) =>
  repairing.inventory.transaction(async (run) => {
    const [product] = await run<StockAt>(lockSql, [productId]);
    const [ledger] = await run<StockAt & { summed: number; movements: number }>(ledgerSql, [productId]);
    if (product === undefined || ledger === undefined) return notNeeded;
    if (product.stock === ledger.stock && product.version === ledger.version) return notNeeded;
    if (ledger.summed !== ledger.stock || ledger.movements !== ledger.version || product.version > ledger.version) {
      return notPossible('the ledger itself is not whole');
    }
    await run(correctSql, [productId, ledger.stock, ledger.version]);
    await run(announceSql, [productId]);
    await record(run, repairing, finding, product, { stock: ledger.stock, version: ledger.version });
    return repaired;
  });
