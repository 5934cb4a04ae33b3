/**
 * `npm run bench:restore`: how fast both databases of a shop are exported and restored, how much memory that takes, and how
 * pg_dump -Fc and pg_restore do on the same server with the same rows. The snapshots go through Azurite as they go through
 * Blob storage; pg_dump writes a file. Both restores are one transaction with the same memory for building indexes.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { formatTable } from '../../local/console-table.ts';
import { startStorage } from '../setup/azurite.ts';
import { type BenchServer, startBenchServer } from './restore/bench-server.ts';
import { createDatabase, fillDatabase } from './restore/fill-shop.ts';
import type { Measured } from './restore/worker.ts';

const run = promisify(execFile);
const worker = fileURLToPath(new URL('restore/worker.ts', import.meta.url));
const kinds = ['orders', 'inventory'] as const;
type Kind = (typeof kinds)[number];

const { values } = parseArgs({ options: { orders: { type: 'string', default: '1000000' } } });
const orders = Number(values.orders);
if (!Number.isSafeInteger(orders) || orders < 10_000 || orders > 50_000_000) {
  console.error('--orders needs a whole number from 10000 to 50000000.');
  process.exit(2);
}

const MEGABYTE = 1_000_000;
const mb = (bytes: number) => `${(bytes / MEGABYTE).toFixed(0)} MB`;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

interface Round {
  readonly exported: Measured;
  readonly restored: Measured;
  readonly dumpMs: number | undefined;
  readonly dumpBytes: number;
  readonly undumpMs: number | undefined;
}

async function work(action: 'export' | 'restore', kind: Kind, url: string, storage: string): Promise<Measured> {
  const { stdout } = await run(process.execPath, [worker, action, kind, url, storage]);
  return JSON.parse(stdout) as Measured;
}

async function timed(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  const startedAt = performance.now();
  await run(command, [...args], { env: { ...process.env, ...env } });
  return performance.now() - startedAt;
}

async function measure(
  server: BenchServer,
  storage: string,
  scratch: string,
  kind: Kind,
  count: number,
): Promise<Round> {
  const name = `${kind}_${count}`;
  const url = await fillDatabase(server.adminUrl, name, kind, count);
  const exported = await work('export', kind, url, storage);
  const restored = await work('restore', kind, await createDatabase(server.adminUrl, `${name}_restored`), storage);
  await createDatabase(server.adminUrl, `${name}_restored`);
  if (server.tools === undefined) return { exported, restored, dumpMs: undefined, dumpBytes: 0, undumpMs: undefined };

  const file = join(scratch, `${name}.dump`);
  const dumpMs = await timed(join(server.tools, 'pg_dump'), ['-Fc', '-f', file, '-d', url]);
  const target = await createDatabase(server.adminUrl, `${name}_restored`);
  const undumpMs = await timed(join(server.tools, 'pg_restore'), ['--single-transaction', '-d', target, file], {
    PGOPTIONS: '-c maintenance_work_mem=256MB',
  });
  const dumpBytes = (await stat(file)).size;
  await rm(file);
  for (const used of [name, `${name}_restored`]) await createDatabase(server.adminUrl, used);
  return { exported, restored, dumpMs, dumpBytes, undumpMs };
}

function rowsOf(label: string, { exported, restored, dumpMs, dumpBytes, undumpMs }: Round): string[][] {
  const line = (
    what: string,
    { ms, rows, copiedBytes, peakBytes }: Measured,
    stored: number,
    otherMs: number | undefined,
  ) => [
    label,
    what,
    seconds(ms),
    `${(copiedBytes / MEGABYTE / (ms / 1000)).toFixed(1)} MB/s`,
    `${Math.round(rows / (ms / 1000))} rows/s`,
    mb(peakBytes),
    mb(stored),
    otherMs === undefined ? '-' : seconds(otherMs),
    otherMs === undefined ? '-' : `${(otherMs / ms).toFixed(2)} x`,
  ];
  const dump = dumpMs === undefined ? '' : ` (pg_dump: ${mb(dumpBytes)})`;
  return [
    line(`export of ${exported.rows} rows, ${mb(exported.copiedBytes)}${dump}`, exported, exported.storedBytes, dumpMs),
    line('restore', restored, restored.storedBytes, undumpMs),
  ];
}

const server = await startBenchServer();
const storage = await startStorage();
const scratch = await mkdtemp(join(tmpdir(), 'valerix-dump-'));
try {
  console.log(
    `${server.version}, ${cpus().length} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`,
  );
  if (server.tools === undefined)
    console.log('This machine has no pg_dump and pg_restore with a server of their version.');
  const head = ['orders', 'what', 'time', 'rate', '', 'peak memory', 'stored', 'pg_dump/pg_restore', 'ours is'];
  const table = [head];
  for (const count of [Math.round(orders / 10), orders]) {
    for (const kind of kinds) {
      const rows = rowsOf(`${count} ${kind}`, await measure(server, storage.connection, scratch, kind, count));
      for (const row of rows) console.error(row.join('  '));
      table.push(...rows);
    }
  }
  console.log(formatTable(table));
} finally {
  await storage.stop();
  await server.stop();
  await rm(scratch, { recursive: true, force: true });
}
