/**
 * `npm run test:packages`: starts what would be deployed as it is, each part alone in a folder with nothing else of the
 * repository around it, and lets the three serve an order. Prints their sizes and their cold starts.
 */
import { rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatTable } from '../../local/console-table.ts';
import { makeShop } from '../system/shop.ts';
import { type Ground, startGround } from './ground.ts';
import { copyAlone, measurePackage, type PackageSize } from './package.ts';
import { type StartedAlone, startAlone } from './start-alone.ts';

const STARTS = 3;
const root = fileURLToPath(new URL('../..', import.meta.url));
const functionsHost = join(root, 'local/functions-host/src/main.ts');

interface Part {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly healthUrl: string;
  /** What runs the package that lies in this folder. */
  args(copied: string): string[];
}

function partsOn({ endpoints, environments, keys }: Ground): Part[] {
  const functionApp = (name: 'order' | 'inventory'): Part => ({
    folder: `functions-${name}`,
    env: environments[name],
    healthUrl: `${endpoints[name]}/health`,
    args: (copied) => {
      const places = ['--app', copied, '--keys', keys, '--state', join(dirname(copied), 'timers')];
      return [functionsHost, ...places, '--port', new URL(endpoints[name]).port];
    },
  });
  return [
    {
      folder: 'grpc-inventory-host',
      env: environments.grpc,
      healthUrl: `${endpoints.grpcHealth}/health`,
      args: () => ['main.js'],
    },
    functionApp('inventory'),
    functionApp('order'),
  ];
}

interface Tried {
  readonly name: string;
  readonly size: PackageSize;
  readonly answersMs: number;
  readonly healthyMs: number;
  readonly running: StartedAlone;
}

async function tryOut(part: Part, copied: string): Promise<Tried> {
  const starts: StartedAlone[] = [];
  const size = await measurePackage(copied);
  for (let left = STARTS; left > 0; left -= 1) {
    await starts.at(-1)?.stop();
    starts.push(
      await startAlone({
        command: process.execPath,
        args: part.args(copied),
        cwd: copied,
        env: { ...part.env, PATH: '/usr/bin:/bin', TMPDIR: tmpdir() },
        healthUrl: part.healthUrl,
      }),
    );
  }
  const running = starts.at(-1);
  if (running === undefined) throw new Error('Nothing was started.');
  const median = (of: (start: StartedAlone) => number) =>
    starts.map(of).sort((a, b) => a - b)[Math.floor(starts.length / 2)] ?? 0;
  return {
    name: part.folder,
    size,
    answersMs: median((start) => start.answersMs),
    healthyMs: median((start) => start.healthyMs),
    running,
  };
}

async function placeOrder(ground: Ground): Promise<void> {
  const shop = makeShop(ground.endpoints);
  const productId = await shop.newProduct(5);
  const answer = await shop.order({ productId, quantity: 2 });
  if (answer.status !== 201 || answer.body.status !== 'confirmed') {
    throw new Error(`An order was answered ${answer.status} ${JSON.stringify(answer.body)}.`);
  }
  const { stock } = await shop.product(productId);
  if (stock !== 3) throw new Error(`The stock is ${stock} after an order of 2 out of 5.`);
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;

const ground = await startGround();
const copies: string[] = [];
const tried: Tried[] = [];
try {
  for (const part of partsOn(ground)) {
    const copied = await copyAlone(join(root, part.folder, 'dist'));
    copies.push(copied);
    tried.push(await tryOut(part, copied));
  }
  const rows = tried.map(({ name, size, answersMs, healthyMs }) => [
    name,
    String(size.files),
    megabytes(size.bytes),
    megabytes(size.zipBytes),
    `${answersMs.toFixed(0)} ms`,
    `${healthyMs.toFixed(0)} ms`,
  ]);
  const head = ['package', 'files', 'size', 'as a zip', 'first answer', 'healthy'];
  console.log(`Median of ${STARTS} cold starts each, ${availableParallelism()} cores, Node ${process.version}\n`);
  console.log(formatTable([head, ...rows]));
  await placeOrder(ground);
  console.log('\nAlone in their folders they confirmed an order.');
} finally {
  const codes = await Promise.all(tried.toReversed().map(({ running }) => running.stop()));
  await ground.stop();
  for (const copied of copies) await rm(dirname(copied), { recursive: true, force: true });
  if (codes.some((code) => code !== 0)) {
    console.error(`Asked to stop, they ended with ${codes.join(', ')}.`);
    process.exitCode = 1;
  }
}
