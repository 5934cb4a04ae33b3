/**
 * `npm run test:container`: takes the steps of the gRPC host's Dockerfile in its order, without Docker, then runs the image
 * that comes of them: as the image's user, with nothing but its environment and the settings. It must serve, and when it is
 * told to stop it must first finish what is under way.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type InventoryClient, makeInventoryClient } from '../../functions-order/src/inventory/inventory-client.ts';
import { startGround } from '../packages/ground.ts';
import { startAlone } from '../packages/start-alone.ts';
import { until } from '../system/until.ts';
import { buildImage } from './image.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const dockerfile = join(root, 'grpc-inventory-host/Dockerfile');
/** Long enough that a call is surely under way when the signal comes. */
const SLOW_MS = 1_500;
const PRODUCT = 'espresso-beans-1kg';

function expect(what: string, truth: boolean): void {
  if (!truth) throw new Error(`Expected ${what}.`);
  console.log(`  ${what}`);
}

const reserve = (client: InventoryClient) =>
  client.reserveStock(
    { orderId: randomUUID(), productId: PRODUCT, quantity: 1, lines: [] },
    { deadline: Date.now() + 10_000 },
  );

const work = await mkdtemp(join(tmpdir(), 'valerix-image-'));
console.log('The steps of grpc-inventory-host/Dockerfile:');
const image = await buildImage(await readFile(dockerfile, 'utf8'), root, work);
const isRoot = process.getuid?.() === 0;
const account = isRoot ? { uid: image.uid, gid: image.gid } : {};
const inImage = (path = '') => (path.startsWith('/') ? join(image.root, path) : path);
const workingDirectory = inImage(image.workingDirectory);
const ground = await startGround();
try {
  const { endpoints, environments } = ground;
  const env = {
    ...image.env,
    ...environments.grpc,
    GREMLIN_MODE: 'true',
    GREMLIN_EVERY_NTH: '1',
    GREMLIN_DELAY_MS: String(SLOW_MS),
  };
  const [command = '', ...args] = [...image.entryPoint, ...image.command];
  const healthUrl = `${endpoints.grpcHealth}/health`;
  console.log('The image that comes of them:');
  const host = await startAlone({ command: inImage(command), args, cwd: workingDirectory, env, healthUrl, ...account });
  try {
    expect('/health to answer 200', true);
    if (isRoot) {
      const status = await readFile(`/proc/${host.pid}/status`, 'utf8');
      expect(`it to run as user ${image.uid}, not root`, image.uid > 0 && status.includes(`Uid:\t${image.uid}\t`));
      const write = ['-e', "require('node:fs').writeFileSync('written', '')"];
      const refused = run(inImage(command), write, { cwd: workingDirectory, ...account }).then(
        () => false,
        () => true,
      );
      expect('that user to be unable to change the program', await refused);
    }
    const [check = '', ...checkArgs] = image.healthCheck;
    await run(inImage(check), checkArgs, { env, ...account });
    expect('HEALTHCHECK to succeed', true);

    const client = makeInventoryClient(endpoints.grpc);
    const first = await reserve(client);
    expect('ReserveStock to reserve', first.success);
    const underWay = reserve(client);
    await until('the call to be under way', async () => {
      const metrics = await (await fetch(`${endpoints.grpcHealth}/metrics`)).text();
      return /^gremlin_activations_total(?:\{.*\})? 2$/m.test(metrics);
    });
    const stopped = host.stop();
    const answer = await underWay;
    expect(`${image.stopSignal} to let the call under way finish`, answer.success);
    expect('the host to end with 0', (await stopped) === 0);
    client.close();
    const isGone = await fetch(healthUrl).then(
      () => false,
      () => true,
    );
    expect('nothing to answer any more', isGone);
    const silent = await run(inImage(check), checkArgs, { env, ...account }).then(
      () => false,
      () => true,
    );
    expect('HEALTHCHECK to fail then', silent);
  } finally {
    await host.stop();
  }
  const roles = join(workingDirectory, 'database-roles.js');
  const refusal = await run(inImage(command), [roles], { env: image.env, cwd: workingDirectory, ...account }).catch(
    ({ stderr }: { stderr: string }) => stderr,
  );
  expect('the job of the same image to ask for its settings', String(refusal).includes('DATABASE_ROLES'));
} finally {
  await ground.stop();
  await rm(work, { recursive: true, force: true });
}
