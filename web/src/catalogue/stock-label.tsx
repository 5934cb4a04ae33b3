import type { ProductView } from '@valerix/contracts/inventory-api';

/** How much of a product is on the shelf, in words. */
export function StockLabel({ product: { stock, lowStock } }: { product: ProductView }) {
  if (stock === 0) return <span className="stock stock-out">Sold out</span>;
  if (lowStock) return <span className="stock stock-low">Only {stock} left</span>;
  return <span className="stock">{stock} in stock</span>;
}
