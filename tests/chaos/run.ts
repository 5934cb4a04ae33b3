import { openBooks } from '../system/books.ts';
import { checkPromises } from '../system/promises.ts';
import { waitUntilQuiet } from '../system/quiet.ts';
import { makeShop } from '../system/shop.ts';
import { startSystem } from '../system/start.ts';
import { until } from '../system/until.ts';
import { type DrillOptions, parseDrillOptions, type Target, usage } from './options.ts';
import { seededRandom } from './random.ts';
import { placeOrders } from './traffic.ts';

interface Outcome {
  readonly target: Target;
  readonly breaches: readonly string[];
}

async function drill(target: Target, options: DrillOptions): Promise<Outcome> {
  const random = seededRandom(options.seed);
  const system = await startSystem();
  const endpoints = await system.endpoints();
  const books = openBooks(endpoints);
  try {
    const shop = makeShop(endpoints);
    // One product that lasts and one that sells out in the middle.
    const products = [
      await shop.newProduct(options.orders * 4),
      await shop.newProduct(options.orders * 4),
      await shop.newProduct(Math.ceil(options.orders / 4)),
    ];
    const strikeAt = Math.floor(options.orders * (0.2 + random() * 0.4));
    const victim = endpoints.processes[target];
    if (victim === undefined) throw new Error(`There is no process named ${target}.`);
    let struck = false;
    const startedAt = performance.now();
    const told = await placeOrders({
      ...options,
      shop,
      products,
      random,
      onAnswer: (answered) => {
        if (struck || answered < strikeAt) return;
        struck = true;
        process.kill(victim, 'SIGKILL');
      },
    });
    if (!struck) throw new Error('The process was never killed: too few orders.');
    await until(`${target} to be started again`, async () => {
      const pid = (await system.endpoints()).processes[target];
      return pid !== undefined && pid !== victim;
    });
    const trafficMs = performance.now() - startedAt;
    await waitUntilQuiet(endpoints, books);
    const quietMs = performance.now() - startedAt - trafficMs;
    const report = await checkPromises(books, told);
    const accepted = told.filter(({ status }) => status === 201 || status === 202).length;
    const broken = told.filter(({ status }) => status === 'no answer' || status === 503).length;
    console.log(
      `${target.padEnd(10)} ${options.orders} shoppers, ${accepted} accepted, ${broken} answers lost or 503, ` +
        `traffic ${(trafficMs / 1000).toFixed(1)} s, quiet after ${(quietMs / 1000).toFixed(1)} s, ` +
        `${report.examined} facts examined, ${report.breaches.length} breaches`,
    );
    for (const breach of report.breaches) console.log(`  ${breach}`);
    return { target, breaches: report.breaches };
  } finally {
    await books.close();
    await system.stop();
  }
}

let options: DrillOptions;
try {
  options = parseDrillOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  process.exit(2);
}
console.log(`seed ${options.seed}: kill -9 of ${options.targets.join(', ')} in the middle of ${options.orders} orders`);
const outcomes: Outcome[] = [];
for (const target of options.targets) outcomes.push(await drill(target, options));
const breached = outcomes.filter(({ breaches }) => breaches.length > 0);
console.log(
  breached.length === 0
    ? `every promise held in ${outcomes.length} drills`
    : `promises were broken when these were killed: ${breached.map(({ target }) => target).join(', ')}`,
);
process.exitCode = breached.length === 0 ? 0 : 1;
