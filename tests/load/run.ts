/**
 * `npm run test:load`: how many orders a second this machine takes, and how long shoppers wait. The figure beside it is
 * the same load on `GET /health`, which does no work of its own: what the host and the client cost alone.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { openBooks } from '../system/books.ts';
import { checkPromises } from '../system/promises.ts';
import { waitUntilQuiet } from '../system/quiet.ts';
import { makeShop, request } from '../system/shop.ts';
import { startSystem } from '../system/start.ts';
import type { LoadReport, Measured } from './report.ts';

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '3000' },
    concurrency: { type: 'string', default: '50' },
    products: { type: 'string', default: '20' },
    /** Where the figures go besides the screen. */
    json: { type: 'string' },
  },
});
const orders = Number(values.orders);
const concurrency = Number(values.concurrency);
const productCount = Number(values.products);
if (![orders, concurrency, productCount].every((n) => Number.isInteger(n) && n > 0)) {
  console.error('--orders, --concurrency and --products must be whole numbers of at least 1.');
  process.exit(2);
}

/** Runs `work` so often, so many at a time; answers rate and waiting times in milliseconds. */
async function measure(times: number, work: (n: number) => Promise<{ status: number; ms: number }>): Promise<Measured> {
  const waits: number[] = [];
  const statuses: Record<string, number> = {};
  let begun = 0;
  const startedAt = performance.now();
  const worker = async () => {
    while (begun < times) {
      const { status, ms } = await work(begun++);
      waits.push(ms);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  waits.sort((a, b) => a - b);
  const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? 0;
  return { perSecond: times / seconds, p50: at(0.5), p95: at(0.95), p99: at(0.99), statuses };
}

function show(name: string, { perSecond, p50, p95, p99, statuses }: Measured): void {
  const counts = Object.entries(statuses).map(([status, count]) => `${count} x ${status}`);
  console.log(
    `${name.padEnd(22)} ${perSecond.toFixed(0).padStart(5)}/s   p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, ` +
      `p99 ${p99.toFixed(0)} ms   ${counts.join(', ')}`,
  );
}

const system = await startSystem();
const endpoints = await system.endpoints();
const books = openBooks(endpoints);
try {
  const shop = makeShop(endpoints);
  const products = await Promise.all(Array.from({ length: productCount }, () => shop.newProduct(orders)));
  const hot = await shop.newProduct(orders);
  const productAt = (n: number) => products[n % products.length] ?? hot;
  console.log(`${orders} orders, ${concurrency} at a time, ${availableParallelism()} cores, Node ${process.version}`);
  await measure(200, (n) => shop.order({ productId: productAt(n), quantity: 1 }));
  const bare = await measure(orders, () => request(`${endpoints.order}/health`));
  const spread = await measure(orders, (n) => shop.order({ productId: productAt(n), quantity: 1 }));
  const flashSale = await measure(orders, () => shop.order({ productId: hot, quantity: 1 }));
  show('GET /health', bare);
  show(`orders, ${productCount} products`, spread);
  show('orders, one product', flashSale);
  console.log(`an order costs ${(bare.perSecond / spread.perSecond).toFixed(1)} times a bare request`);
  await waitUntilQuiet(endpoints, books);
  const { breaches } = await checkPromises(books);
  for (const breach of breaches) console.log(breach);
  console.log(breaches.length === 0 ? 'the books are right' : `${breaches.length} promises broken`);
  if (values.json !== undefined) {
    const report: LoadReport = {
      date: new Date().toISOString(),
      orders,
      concurrency,
      products: productCount,
      cores: availableParallelism(),
      node: process.version,
      health: bare,
      spread,
      flashSale,
      breaches: [...breaches],
    };
    mkdirSync(dirname(values.json), { recursive: true });
    writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  process.exitCode = breaches.length === 0 ? 0 : 1;
} finally {
  await books.close();
  await system.stop();
}
