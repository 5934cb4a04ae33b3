import type { Database } from '@valerix/platform/postgres';

interface SeedProduct {
  readonly id: string;
  readonly name: string;
  /** In euro cents. */
  readonly price: number;
  readonly stock: number;
  readonly threshold: number;
}

const catalogue: readonly SeedProduct[] = [
  { id: 'espresso-beans-1kg', name: 'Espresso beans, dark roast, 1 kg', price: 2190, stock: 240, threshold: 40 },
  { id: 'filter-beans-500g', name: 'Filter coffee beans, light roast, 500 g', price: 1350, stock: 180, threshold: 30 },
  { id: 'decaf-beans-500g', name: 'Decaf beans, Swiss water process, 500 g', price: 1490, stock: 90, threshold: 15 },
  { id: 'paper-filters-100', name: 'Paper filters, size 02, 100 pieces', price: 590, stock: 600, threshold: 100 },
  { id: 'pour-over-set', name: 'Pour-over set with glass carafe', price: 4450, stock: 60, threshold: 10 },
  { id: 'hand-grinder', name: 'Hand grinder with steel burrs', price: 8900, stock: 35, threshold: 8 },
  { id: 'electric-grinder', name: 'Electric grinder, 40 steps', price: 22900, stock: 18, threshold: 5 },
  { id: 'gooseneck-kettle', name: 'Gooseneck kettle, 1 l, temperature control', price: 12900, stock: 24, threshold: 6 },
  { id: 'coffee-scale', name: 'Coffee scale with timer', price: 5450, stock: 48, threshold: 10 },
  { id: 'milk-pitcher-350ml', name: 'Milk pitcher, stainless steel, 350 ml', price: 1990, stock: 110, threshold: 20 },
  { id: 'cappuccino-cups-6', name: 'Cappuccino cups, porcelain, set of 6', price: 3900, stock: 72, threshold: 12 },
  { id: 'descaler-500ml', name: 'Descaler for machines and kettles, 500 ml', price: 990, stock: 150, threshold: 25 },
];

const seedSql = `
  SELECT put_product(product.id, product.name, product.price, 'EUR', product.threshold, product.stock, NULL)
  FROM jsonb_to_recordset($1::jsonb)
    AS product (id text, name text, price integer, stock integer, threshold integer)
  WHERE NOT EXISTS (SELECT FROM products WHERE products.product_id = product.id)`;

/** Creates the products of the catalogue that are not there yet. */
export async function seedProducts(run: Database['query']): Promise<void> {
  await run(seedSql, [JSON.stringify(catalogue)]);
}
