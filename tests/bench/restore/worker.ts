/** One export or restore in a process of its own, whose peak memory is therefore that of the work. Prints a JSON line. */
import { connect } from '@valerix/backup/connect';
import { exportSnapshot } from '@valerix/backup/export-snapshot';
import { restoreSnapshot } from '@valerix/backup/restore-snapshot';
import { type SnapshotTable, STAGING_CONTAINER } from '@valerix/backup/snapshot';
import { openStaging } from '@valerix/backup/staging';
import { openContainer } from '@valerix/platform/azure/blob-container';
import { readMigrations } from '@valerix/platform/migrate';
import { folders } from './fill-shop.ts';

/** What a run of a worker came to. */
export interface Measured {
  readonly ms: number;
  readonly rows: number;
  /** As PostgreSQL wrote them, and as they were stored. */
  readonly copiedBytes: number;
  readonly storedBytes: number;
  readonly peakBytes: number;
}

const [action = '', kind = '', url = '', storage = ''] = process.argv.slice(2);
const service = kind === 'orders' ? 'order' : 'inventory';
const container = openContainer({ connectionString: storage }, STAGING_CONTAINER);
const staging = openStaging(container);

async function exportOne(): Promise<readonly SnapshotTable[]> {
  await container.createIfNotExists();
  return (await exportSnapshot({ service, connect: () => connect(url), container })).tables;
}

async function restoreOne(): Promise<readonly SnapshotTable[]> {
  const snapshot = (await staging.list()).snapshots.filter((each) => each.service === service).at(-1);
  if (snapshot === undefined) throw new Error('There is nothing to restore.');
  const client = await connect(url);
  const openFile = (name: string) => {
    const table = snapshot.tables.find((each) => each.name === name);
    if (table === undefined) throw new Error(`There is no ${name}.`);
    return staging.open({ service, snapshotId: snapshot.id, table });
  };
  const migrations = await readMigrations(folders[kind as 'orders' | 'inventory']);
  await restoreSnapshot(client, { source: { snapshot, openFile }, migrations, mayEmpty: false });
  await client.query('COMMIT');
  await client.end();
  return snapshot.tables;
}

const startedAt = performance.now();
const tables = action === 'export' ? await exportOne() : await restoreOne();
const sum = (of: (table: SnapshotTable) => number) => tables.reduce((total, table) => total + of(table), 0);
const measured: Measured = {
  ms: performance.now() - startedAt,
  rows: sum(({ rows }) => rows),
  copiedBytes: sum(({ copiedBytes }) => copiedBytes),
  storedBytes: sum(({ bytes }) => bytes),
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
console.log(JSON.stringify(measured));
