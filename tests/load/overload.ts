/**
 * `npm run test:overload`: ten times what this machine can do, for a while, and normal load again. Answers must stay
 * bounded, memory flat, accepted orders must end well, and throughput must be back within seconds.
 *
 * Arrivals come whether or not answers do (an open loop). The client shares the machine's cores with the system, so what
 * it cannot send for want of sockets or CPU is counted and shown: the system felt that much less than was offered.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { openBooks } from '../system/books.ts';
import { checkPromises, type ToldOrder } from '../system/promises.ts';
import { waitUntilQuiet } from '../system/quiet.ts';
import { makeShop } from '../system/shop.ts';
import { startSystem } from '../system/start.ts';
import { type Arrival, makeClient, type Offered } from './arrivals.ts';
import { residentMiB, watchMemory } from './memory.ts';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '30' },
    products: { type: 'string', default: '20' },
    sockets: { type: 'string', default: '1500' },
  },
});
const [times, seconds, productCount, sockets] = [values.times, values.seconds, values.products, values.sockets].map(
  Number,
) as [number, number, number, number];
if (![times, seconds, productCount, sockets].every((n) => Number.isInteger(n) && n > 0)) {
  console.error('--times, --seconds, --products and --sockets must be whole numbers of at least 1.');
  process.exit(2);
}

/**
 * Of any answer: 2 s for the warehouse, half a second of waiting for a place, and its own work on a full machine. A refusal
 * waits for its turn behind the orders that were let in, so the more sockets, the longer: they are the client's to bound.
 */
const ANSWER_BOUND_MS = 5_000;
const RECOVERY_BOUND_SECONDS = 10;
const PROMPT_MS = 1_000;
const NORMAL_SECONDS = 15;
/**
 * Growth of a process in the last third of the overload over the third before, in MiB, beyond which it is not flat. In the
 * first, V8 lets its heap grow to what the new load asks for.
 */
const FLAT_MIB = 96;

const accepted = ({ status }: Arrival) => status === 201 || status === 202;
const breaches: string[] = [];
const told: ToldOrder[] = [];

function show(name: string, { arrivals, unsent, seconds: took }: Offered): void {
  const counts = [...Map.groupBy(arrivals, ({ status }) => status)].map(([status, all]) => `${all.length} x ${status}`);
  const line = (which: string, those: readonly Arrival[]) => {
    const waits = those.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
    const at = (share: number) => (waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? 0).toFixed(0);
    return `${which} p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
  };
  const good = arrivals.filter(accepted);
  const rate = (count: number) => `${(count / took).toFixed(0)}/s`;
  console.log(`${name}: ${rate(arrivals.length)} sent, ${rate(good.length)} accepted, ${rate(unsent)} not sent`);
  console.log(`  ${counts.join(', ')}`);
  console.log(`  ${line('accepted', good)}`);
  const rest = arrivals.filter((arrival) => !accepted(arrival));
  if (rest.length > 0) console.log(`  ${line('others  ', rest)}`);
  for (const { status, body } of good) {
    const { orderId } = JSON.parse(body) as { orderId: string };
    told.push({ key: orderId, status, orderId });
  }
}

/** Seconds of normal load until a second came in which nearly every order was accepted promptly. */
function recoveredAfter({ arrivals }: Offered): number {
  const bySecond = Map.groupBy(arrivals, ({ atMs }) => Math.floor(atMs / 1000));
  const isPrompt = (arrival: Arrival) => accepted(arrival) && arrival.tookMs <= PROMPT_MS;
  const good = [...bySecond].filter(([, all]) => all.filter(isPrompt).length >= 0.95 * all.length);
  return Math.min(...good.map(([second]) => second));
}

function boundsOf(phase: string, { arrivals }: Offered): void {
  const slow = arrivals.filter(({ tookMs }) => tookMs > ANSWER_BOUND_MS);
  if (slow.length > 0) breaches.push(`${phase}: ${slow.length} answers took more than ${ANSWER_BOUND_MS} ms.`);
  const odd = arrivals.filter((arrival) => !accepted(arrival) && ![429, 503].includes(Number(arrival.status)));
  if (odd.length > 0) breaches.push(`${phase}: ${odd.length} answers such as ${odd[0]?.status} ${odd[0]?.body}.`);
  const mute = arrivals.filter(({ status, retryAfter }) => [429, 503].includes(Number(status)) && !retryAfter);
  if (mute.length > 0) breaches.push(`${phase}: ${mute.length} refusals without Retry-After.`);
}

const system = await startSystem();
const endpoints = await system.endpoints();
const books = openBooks(endpoints);
const client = makeClient(`${endpoints.order}/api/orders`, sockets);
try {
  const shop = makeShop(endpoints);
  const products = await Promise.all(Array.from({ length: productCount }, () => shop.newProduct(1_000_000)));
  const bodyAt = (n: number) => JSON.stringify({ productId: products[n % products.length], quantity: 1 });
  console.log(`${availableParallelism()} cores, which the client shares; Node ${process.version}`);

  await client.saturate(50, 2, bodyAt);
  await client.open();
  const limit = await client.saturate(100, 6, bodyAt);
  show('what the machine can do', limit);
  const sustainable = limit.arrivals.filter(accepted).length / limit.seconds;
  const normal = sustainable / 2;
  show('normal load before', await client.offer(normal, 5, bodyAt));

  const watched = Object.fromEntries(
    Object.entries(endpoints.processes).filter(([name]) => name === 'order' || name === 'grpc'),
  );
  const before = new Map(
    await Promise.all(Object.entries(watched).map(async ([name, pid]) => [name, await residentMiB(pid)] as const)),
  );
  const memory = watchMemory(watched);
  const overload = await client.offer(sustainable * times, seconds, bodyAt);
  memory.stop();
  show(`${times} times that`, overload);
  boundsOf('overload', overload);

  const after = await client.offer(normal, NORMAL_SECONDS, bodyAt);
  show('normal load after', after);
  boundsOf('normal load after', after);
  const recovery = recoveredAfter(after);
  console.log(`orders accepted within ${PROMPT_MS} ms again after ${recovery} s`);
  if (recovery > RECOVERY_BOUND_SECONDS) breaches.push(`Not recovered within ${RECOVERY_BOUND_SECONDS} s.`);

  await waitUntilQuiet(endpoints, books);
  for (const [name, samples] of memory.samples) {
    const third = Math.floor(samples.length / 3);
    const [early, late] = [Math.max(...samples.slice(third, 2 * third)), Math.max(...samples.slice(2 * third))];
    const now = await residentMiB(watched[name] ?? 0);
    const figures = [before.get(name) ?? 0, early, late, now].map((mib) => mib.toFixed(0));
    console.log(
      `${name}: ${figures[0]} MiB before, at most ${figures[1]} then ${figures[2]}, ${figures[3]} when quiet`,
    );
    console.log(
      `  every 5 s: ${samples
        .filter((_, n) => n % 5 === 0)
        .map((mib) => mib.toFixed(0))
        .join(', ')} MiB`,
    );
    if (late > early + FLAT_MIB) breaches.push(`The memory of ${name} is not flat.`);
  }
  const now = (await system.endpoints()).processes;
  for (const [name, pid] of Object.entries(endpoints.processes)) {
    if (now[name] !== pid) breaches.push(`${name} died and was started again.`);
  }
  const report = await checkPromises(books, told);
  console.log(`${report.examined} facts examined, ${report.breaches.length} promises broken`);
  breaches.push(...report.breaches.slice(0, 10));
  for (const breach of breaches) console.log(breach);
  process.exitCode = breaches.length === 0 ? 0 : 1;
} finally {
  client.close();
  await books.close();
  await system.stop();
}
