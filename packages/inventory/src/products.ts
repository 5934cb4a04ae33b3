import type { ProductUpsert, ProductView } from '@valerix/contracts/inventory-api';
import type { Outbox, OutboxRow } from '@valerix/platform/outbox';
import type { Database } from '@valerix/platform/postgres';

export type RestockOutcome =
  | { readonly kind: 'restocked' | 'replayed'; readonly product: ProductView }
  /** The key stands for another quantity. */
  | { readonly kind: 'key_reused' }
  | { readonly kind: 'unknown_product' }
  /** The stock would pass a thousand million pieces, the most the database keeps. */
  | { readonly kind: 'too_much' };

export interface Restock {
  readonly productId: string;
  readonly quantity: number;
  /** With a key the restock happens once, however often it is asked for. */
  readonly key: string | null;
  readonly traceparent: string | null;
}

/** The catalogue and its stock, apart from what orders do to it. */
export interface Products {
  /** In the order of their ids, at most `PRODUCTS_MAX`. */
  list(): Promise<ProductView[]>;
  find(productId: string): Promise<ProductView | undefined>;
  /** Creates the product, or changes its name, price and threshold; its stock only moves by restocks and orders. */
  put(
    productId: string,
    wanted: ProductUpsert,
    traceparent: string | null,
  ): Promise<{ readonly created: boolean; readonly product: ProductView }>;
  restock(restock: Restock): Promise<RestockOutcome>;
}

/** A shop has one page of products; the bound protects the service, not the shopper. */
const PRODUCTS_MAX = 1_000;

interface ProductRow {
  readonly product_id: string;
  readonly name: string;
  readonly unit_price_minor: number;
  readonly currency: string;
  readonly stock: number;
  readonly stock_version: number;
  readonly low_stock_threshold: number;
  /** A Date from a column, text from a JSON answer. */
  readonly updated_at: Date | string;
}

const columns =
  'product_id, name, unit_price_minor, currency, stock, stock_version, low_stock_threshold, updated_at' as const;
const listSql = `SELECT ${columns} FROM products ORDER BY product_id LIMIT ${PRODUCTS_MAX}`;
const findSql = `SELECT ${columns} FROM products WHERE product_id = $1`;
const putSql = 'SELECT put_product($1, $2, $3, $4, $5, $6, $7) AS answer';
const restockSql = 'SELECT restock_product($1, $2, $3, $4) AS answer';

interface PutAnswer {
  readonly created: boolean;
  readonly product: ProductRow;
  readonly outbox: readonly OutboxRow[];
}

interface RestockAnswer {
  readonly outcome: RestockOutcome['kind'];
  readonly product: ProductRow;
  readonly outbox: readonly OutboxRow[];
}

export function makeProducts({ database, outbox }: { readonly database: Database; readonly outbox: Outbox }): Products {
  /** Runs a function that answers JSON and sends the events it wrote, once the caller has its answer. */
  const call = async <Answer extends { readonly outbox: readonly OutboxRow[] }>(
    sql: string,
    parameters: readonly unknown[],
  ): Promise<Answer> => {
    const [row] = await database.query<{ answer: Answer }>(sql, parameters);
    if (row === undefined) throw new Error('the database answered no row');
    setImmediate(() => void outbox.publish(row.answer.outbox));
    return row.answer;
  };

  return {
    async list() {
      return (await database.query<ProductRow>(listSql)).map(viewOf);
    },
    async find(productId) {
      const [row] = await database.query<ProductRow>(findSql, [productId]);
      return row && viewOf(row);
    },
    async put(productId, { name, unitPriceMinor, currency, lowStockThreshold, initialStock }, traceparent) {
      const { created, product } = await call<PutAnswer>(putSql, [
        productId,
        name,
        unitPriceMinor,
        currency,
        lowStockThreshold ?? null,
        initialStock ?? null,
        traceparent,
      ]);
      return { created, product: viewOf(product) };
    },
    async restock({ productId, quantity, key, traceparent }) {
      const { outcome, product } = await call<RestockAnswer>(restockSql, [productId, quantity, key, traceparent]);
      if (outcome === 'restocked' || outcome === 'replayed') return { kind: outcome, product: viewOf(product) };
      return { kind: outcome };
    },
  };
}

function viewOf(row: ProductRow): ProductView {
  return {
    productId: row.product_id,
    name: row.name,
    unitPriceMinor: row.unit_price_minor,
    currency: row.currency,
    stock: row.stock,
    stockVersion: row.stock_version,
    lowStockThreshold: row.low_stock_threshold,
    lowStock: row.stock <= row.low_stock_threshold,
    updatedAt: new Date(row.updated_at).toISOString(),
  };
}
