/**
 * `npm run test:outage`: takes a database or Service Bus away for minutes in the middle of orders, and shows that nobody
 * has to help afterwards: every order ends, nothing is dead-lettered or quarantined, and the wait costs no CPU.
 * The server is frozen, not ended: it takes connections and says nothing, which is harder to bear than a refusal.
 */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openBooks } from '../system/books.ts';
import { freezeFamily } from '../system/process-family.ts';
import { checkPromises } from '../system/promises.ts';
import { waitUntilQuiet } from '../system/quiet.ts';
import { makeShop, request } from '../system/shop.ts';
import { startSystem } from '../system/start.ts';

const SERVICES = ['order', 'inventory', 'grpc'] as const;
const PARTS = ['postgres', 'servicebus'];
const ORDERS = 60;

const { values } = parseArgs({
  options: { part: { type: 'string', default: 'postgres' }, minutes: { type: 'string', default: '10' } },
});
const minutes = Number(values.minutes);
if (!PARTS.includes(values.part) || !(minutes > 0)) {
  console.error(`--part must be one of ${PARTS.join(', ')}, --minutes a number above 0.`);
  process.exit(2);
}

/** CPU seconds that a process has used so far; none when it has ended. */
function cpuSeconds(pid: number): number {
  if (!existsSync(`/proc/${pid}/stat`)) return Number.NaN;
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const TICKS_PER_SECOND = 100;
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

// A warehouse that is often too slow, so that many orders are on their way through the queue when the outage begins.
const system = await startSystem({ env: { GREMLIN_MODE: 'true', GREMLIN_EVERY_NTH: '2', GREMLIN_DELAY_MS: '2500' } });
const endpoints = await system.endpoints();
const books = openBooks(endpoints);
try {
  const shop = makeShop(endpoints);
  const product = await shop.newProduct(1000);
  const placed = Promise.all(
    Array.from({ length: ORDERS }, () => shop.order({ productId: product, quantity: 1 }).catch(() => undefined)),
  );
  // The slow half of the orders is waiting for the warehouse at this moment.
  await delay(1_000);
  // With its children: PostgreSQL serves each connection by a process of its own.
  const frozen = endpoints.processes[values.part];
  if (frozen === undefined) throw new Error(`No process ${values.part} is running.`);
  const goOn = freezeFamily(frozen);
  const told = (await placed).map((answer) => answer?.status ?? 'no answer');
  const during = await shop.order({ productId: product, quantity: 1 }).catch(() => undefined);
  console.log(`${values.part} is silent; orders were answered ${JSON.stringify(countOf(told))}`);
  console.log(`an order meanwhile: ${during?.status ?? 'no answer'} after ${Math.round(during?.ms ?? 0)} ms`);

  const before = SERVICES.map((name) => cpuSeconds(endpoints.processes[name] ?? 0));
  const startedAt = performance.now();
  for (let minute = 1; minute <= Math.ceil(minutes); minute++) {
    await delay(Math.min(60_000, minutes * 60_000 - (performance.now() - startedAt)));
    console.log(`${(performance.now() - startedAt) / 60_000 < 1 ? minutes : minute} of ${minutes} minutes`);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  SERVICES.forEach((name, index) => {
    const used = cpuSeconds(endpoints.processes[name] ?? 0) - (before[index] ?? 0);
    console.log(`${name}: ${((used / seconds) * 100).toFixed(1)} % of a core while it waited`);
  });

  const restarts = system.console().match(/^.* ended \(.*$/gm) ?? [];
  for (const line of restarts) console.log(line);

  goOn();
  const backAt = performance.now();
  await waitUntilQuiet(endpoints, books, 300_000);
  console.log(`everything settled ${((performance.now() - backAt) / 1000).toFixed(1)} s after the outage ended`);
  const { breaches } = await checkPromises(books);
  const ended = await books.orders<{ status: string; n: number }>(
    'SELECT status, count(*)::int AS n FROM orders GROUP BY status ORDER BY status',
  );
  console.log(`orders: ${ended.map(({ status, n }) => `${n} ${status}`).join(', ')}`);
  const { entities } = (
    await request<{ entities: { path: string; deadLetter: number }[] }>(`${endpoints.serviceBusAdmin}/entities`)
  ).body;
  const dead = entities.reduce((sum, entity) => sum + entity.deadLetter, 0);
  for (const breach of breaches) console.log(breach);
  console.log(`${dead} dead letters, ${restarts.length} restarts, ${breaches.length} promises broken`);
  process.exitCode = dead + restarts.length + breaches.length === 0 ? 0 : 1;
} finally {
  await books.close();
  await system.stop();
}

function countOf(told: readonly (number | string)[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(told, String)].map(([status, answers]) => [status, answers.length]));
}
