import type { Endpoints } from '../../local/endpoints.ts';
import { type Books, openBooks } from '../system/books.ts';
import { checkPromises } from '../system/promises.ts';
import { waitUntilQuiet } from '../system/quiet.ts';
import { makeShop } from '../system/shop.ts';
import { type RunningSystem, startSystem } from '../system/start.ts';
import { figureBreaches } from './breaches.ts';
import { type JudgedVisit, measure } from './figures.ts';
import { readKept } from './kept-books.ts';
import { receiveShoppers } from './load.ts';
import { makeNaiveShop } from './naive-shop.ts';
import type { DemoOptions } from './options.ts';
import type { DemoRun } from './report.ts';
import { makeShoppers, type Shop } from './shoppers.ts';
import { makeValerixShop } from './valerix-shop.ts';
import { makeWarehouse } from './warehouse.ts';

/** Pieces of each product: enough for all, so that nobody is sent away for a good reason. */
const STOCK = 100_000;
const PRODUCTS = 8;

/** One of the two shops, ready to sell. */
interface OpenShop {
  readonly visit: Shop;
  /** Once the system is quiet: what the run broke, in sentences. */
  breaches(books: Books): Promise<readonly string[]>;
  close(): void;
}

/** How one of the two shops is opened on a running system. */
interface ShopKind {
  readonly name: DemoRun['name'];
  readonly open: (endpoints: Endpoints, products: readonly string[]) => OpenShop;
}

export const recoveryOff: ShopKind = {
  name: 'recovery off',
  open(endpoints, products) {
    const shop = makeNaiveShop(endpoints.grpc, products);
    // It keeps no orders, so there is nothing to reconcile: what it broke, the figures say.
    return { visit: shop.visit, breaches: async () => [], close: shop.close };
  },
};

export const asBuilt: ShopKind = {
  name: 'as built',
  open(endpoints, products) {
    const shop = makeValerixShop(endpoints, products);
    const breaches = async (books: Books) => (await checkPromises(books, shop.told)).breaches;
    return { visit: shop.visit, breaches, close: () => undefined };
  },
};

/** The system that runs at the moment, for whoever interrupts the demonstration. */
let running: RunningSystem | undefined;
export const stopRunning = async (): Promise<void> => void (await running?.stop());

/** Runs all shoppers through one of the two shops, on a system of its own with books of its own. */
export async function runOnce(kind: ShopKind, options: DemoOptions, note: (line: string) => void): Promise<DemoRun> {
  note('starting the system');
  const system = await startSystem({ without: ['grpc'] });
  running = system;
  const endpoints = await system.endpoints();
  const books = openBooks(endpoints);
  const warehouse = makeWarehouse(endpoints, system.home, options.seed);
  try {
    const products: string[] = [];
    while (products.length < PRODUCTS) products.push(await makeShop(endpoints).newProduct(STOCK));
    const shop = kind.open(endpoints, products);
    const shoppers = makeShoppers(options.orders, options.seed, PRODUCTS);
    const startedAt = performance.now();
    const visited = await receiveShoppers({ ...options, shoppers, warehouse, visit: shop.visit, note });
    const seconds = (performance.now() - startedAt) / 1000;
    shop.close();
    const unrest = await waitUntilQuiet(endpoints, books).then(
      () => [],
      (error: unknown) => [String(error)],
    );
    const { faults, restarts } = await warehouse.stop();
    const keptOf = await readKept(
      books,
      visited.map(({ visit }) => visit),
    );
    const judged: JudgedVisit[] = visited.map((each) => ({ ...each, kept: keptOf(each.visit) }));
    const measures = measure(judged, faults);
    const breaches = [...unrest, ...(await shop.breaches(books)), ...figureBreaches(measures)];
    return { name: kind.name, seconds, restarts, ...measures, breaches };
  } finally {
    await warehouse.stop();
    await books.close();
    await system.stop();
    running = undefined;
  }
}
