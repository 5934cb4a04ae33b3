/**
 * `npm run bench:telemetry`: what telemetry costs per order, in processor time of the three services and in bytes that are
 * sent: the same orders once with no trace recorded and once with every trace recorded, in turn, so that the machine is
 * the same for both. Reads /proc, so it runs on Linux.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { formatTable } from '../../local/console-table.ts';
import { makeShop } from '../system/shop.ts';
import { startSystem } from '../system/start.ts';

const services = ['order', 'inventory', 'grpc'] as const;
const CLOCK_TICKS_PER_SECOND = 100;
const WARM_UP_ORDERS = 200;
/** Spans and lines are exported once a second. */
const EXPORT_MS = 2_500;

interface Cost {
  readonly cpuMs: number;
  readonly bytes: number;
}

function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / CLOCK_TICKS_PER_SECOND;
}

const bytesIn = (directory: string) =>
  readdirSync(directory).reduce((sum, file) => sum + statSync(join(directory, file)).size, 0);

async function measure(tracesPerSecond: number, orders: number, concurrency: number): Promise<Cost> {
  const system = await startSystem({ env: { TELEMETRY_TRACES_PER_SECOND: String(tracesPerSecond) } });
  try {
    const endpoints = await system.endpoints();
    const shop = makeShop(endpoints);
    const product = await shop.newProduct(100_000);
    const place = async (count: number) => {
      let left = count;
      const shopper = async () => {
        while (left-- > 0) {
          const { status } = await shop.order({ productId: product, quantity: 1 });
          if (status !== 201) throw new Error(`An order was answered ${status}.`);
        }
      };
      await Promise.all(Array.from({ length: concurrency }, shopper));
      await sleep(EXPORT_MS);
    };
    const used = () => ({
      cpuMs: services.reduce((sum, name) => sum + cpuMsOf(endpoints.processes[name] ?? 0), 0),
      bytes: bytesIn(join(system.home, 'insights')),
    });
    await place(WARM_UP_ORDERS);
    const before = used();
    await place(orders);
    const after = used();
    return { cpuMs: (after.cpuMs - before.cpuMs) / orders, bytes: (after.bytes - before.bytes) / orders };
  } finally {
    await system.stop();
  }
}

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '1000' },
    concurrency: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
  },
});
const [orders, concurrency, rounds] = [Number(values.orders), Number(values.concurrency), Number(values.rounds)];
const costs: { none: Cost[]; all: Cost[] } = { none: [], all: [] };
for (let round = 0; round < rounds; round++) {
  costs.none.push(await measure(0, orders, concurrency));
  costs.all.push(await measure(1_000_000, orders, concurrency));
  console.log(`round ${round + 1} of ${rounds} is over`);
}
const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const row = (name: string, of: readonly Cost[]) => [
  name,
  median(of.map(({ cpuMs }) => cpuMs)).toFixed(2),
  median(of.map(({ bytes }) => bytes)).toFixed(0),
];
console.log(
  formatTable([
    ['traces recorded', 'CPU ms per order', 'bytes per order'],
    row('none', costs.none),
    row('every order', costs.all),
  ]),
);
const ratio = median(costs.all.map(({ cpuMs }) => cpuMs)) / median(costs.none.map(({ cpuMs }) => cpuMs));
console.log(
  `every order recorded costs ${ratio.toFixed(2)} times the processor time of none (${orders} orders, median of ${rounds})`,
);
