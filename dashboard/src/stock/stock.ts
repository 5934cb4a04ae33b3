import type { AnyEvent } from '@valerix/contracts/events';
import type { ProductView } from '@valerix/contracts/inventory-api';

export interface StockRow {
  readonly productId: string;
  readonly name: string;
  readonly stock: number;
  readonly version: number;
  readonly lowStockThreshold: number;
  /** Which way the last change went, for the mark beside the number; 0 until something changed. */
  readonly direction: -1 | 0 | 1;
}

export interface Stock {
  readonly rows: ReadonlyMap<string, StockRow>;
  /** Set once the service answered. */
  readonly known: boolean;
  /** How often something was heard that needs a snapshot: a product that is not known. */
  readonly gaps: number;
}

/** More products than a person could watch; beyond it events about further ones are left out. */
export const PRODUCTS_KEPT = 2_000;

export const noStock: Stock = { rows: new Map(), known: false, gaps: 0 };

export type StockLevel = 'out' | 'low' | 'enough';

export const levelOf = ({ stock, lowStockThreshold }: StockRow): StockLevel => {
  if (stock === 0) return 'out';
  return stock <= lowStockThreshold ? 'low' : 'enough';
};

interface Told {
  readonly productId: string;
  readonly stock: number;
  readonly version: number;
  readonly name?: string;
  readonly lowStockThreshold?: number;
}

/** Folds what events say of stock, by the product's version: what is older than what is known changes nothing. */
export function hearStockEvents(stock: Stock, events: readonly AnyEvent[]): Stock {
  const told = events.flatMap((event) => toldBy(event) ?? []);
  if (told.length === 0) return stock;
  const rows = new Map(stock.rows);
  let { gaps } = stock;
  for (const news of told) {
    const before = rows.get(news.productId);
    if (before === undefined) {
      if (rows.size >= PRODUCTS_KEPT) continue;
      gaps += 1;
    }
    rows.set(news.productId, rowAfter(before, news));
  }
  return { ...stock, rows, gaps };
}

export function mergeProducts(stock: Stock, products: readonly ProductView[]): Stock {
  const rows = new Map(stock.rows);
  for (const { productId, name, stock: count, stockVersion, lowStockThreshold } of products.slice(0, PRODUCTS_KEPT)) {
    const before = rows.get(productId);
    const facts = { name, lowStockThreshold };
    // Names and thresholds have no event of their own in every case, so the answer's are taken at any version.
    if (before !== undefined && before.version >= stockVersion) rows.set(productId, { ...before, ...facts });
    else rows.set(productId, rowAfter(before, { productId, stock: count, version: stockVersion, ...facts }));
  }
  return { ...stock, rows, known: true };
}

function rowAfter(before: StockRow | undefined, news: Told): StockRow {
  const { productId, stock, version } = news;
  if (before !== undefined && version < before.version) return before;
  const name = news.name ?? before?.name ?? productId;
  const lowStockThreshold = news.lowStockThreshold ?? before?.lowStockThreshold ?? 0;
  if (before !== undefined && version === before.version) return { ...before, name, lowStockThreshold };
  const direction = before === undefined ? 0 : (Math.sign(stock - before.stock) as StockRow['direction']);
  return { productId, name, stock, version, lowStockThreshold, direction };
}

function toldBy(event: AnyEvent): Told | undefined {
  switch (event.eventType) {
    case 'StockReserved':
      return {
        productId: event.data.productId,
        stock: event.data.remainingStock,
        version: event.data.stockVersion,
      };
    case 'StockReleased':
      return { productId: event.data.productId, stock: event.data.newStock, version: event.data.stockVersion };
    case 'StockAdjusted':
      return {
        productId: event.data.productId,
        stock: event.data.newStock,
        version: event.data.stockVersion,
        name: event.data.name,
      };
    case 'LowStockAlert':
      return {
        productId: event.data.productId,
        stock: event.data.currentStock,
        version: event.data.stockVersion,
        lowStockThreshold: event.data.threshold,
      };
    default:
      return undefined;
  }
}
