import type { CheckResult } from './finding.ts';
import { checkMovements } from './inventory/movements.ts';
import { checkStock } from './inventory/stock.ts';
import { checkOutbox, checkQuarantine } from './leftovers.ts';
import type { Limits } from './limits.ts';
import type { Query } from './pages.ts';
import { makeTally } from './tally.ts';

/** What the Inventory service's database alone can show. */
export async function checkInventory(inventory: Query, limits: Limits): Promise<CheckResult[]> {
  const stock = makeTally('stock', limits.kept);
  const movements = makeTally('movements', limits.kept);
  const outbox = makeTally('inventory_outbox', limits.kept);
  const quarantine = makeTally('inventory_quarantine', limits.kept);
  await checkStock(inventory, stock, limits);
  await checkMovements(inventory, movements, limits);
  await checkOutbox(inventory, outbox, limits, 'inventory');
  await checkQuarantine(inventory, quarantine);
  return [stock, movements, outbox, quarantine].map((tally) => tally.result());
}
