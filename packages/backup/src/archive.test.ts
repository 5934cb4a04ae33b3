import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planArchive } from './archive.ts';
import type { BackupPlace } from './backup-place.ts';
import { BackupUnreadable, openBackup } from './backup-reader.ts';
import type { Snapshot } from './snapshot.ts';
import { readTarHeader, tarHeader } from './tar.ts';
import { digestOf } from './vault-call.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'archive-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const longest = 'a'.repeat(63);
const contents: Record<string, Buffer> = {
  orders: Buffer.from('orders'.repeat(1_000)),
  [longest]: Buffer.alloc(512, 'x'),
  nothing: Buffer.alloc(0),
};
const snapshot: Snapshot = {
  format: 1,
  service: 'inventory',
  id: '20260302T010000Z-00000a',
  takenAt: '2026-03-02T01:00:00.000Z',
  schema: ['001'],
  tables: Object.entries(contents).map(([name, { length }]) => ({
    name,
    file: `${name}.copy.zst`,
    columns: ['id'],
    rows: 1,
    bytes: length,
    copiedBytes: length,
    sha256: '0'.repeat(64),
  })),
  sequences: [],
};
const plan = planArchive('2026-03-02', new Date('2026-03-02T01:30:00.000Z'), [
  snapshot,
  { ...snapshot, service: 'order', id: '20260302T010001Z-00000b' },
]);
const open = async (name: string) => Readable.from([contents[name] ?? Buffer.alloc(0)]);
const bytesOf = () => buffer(plan.open(({ table }) => open(table.name)));

function placeWith(bytes: Buffer): BackupPlace {
  return {
    name: 'primary',
    days: async () => ['2026-03-02'],
    find: async (day) => (day === '2026-03-02' ? digestOf(Readable.from([bytes])) : undefined),
    read: async (_, range) =>
      Readable.from([range === undefined ? bytes : bytes.subarray(range.offset, range.offset + range.bytes)]),
  };
}

test('any tar reads the archive, names of 63 characters included', async () => {
  const archive = await bytesOf();
  expect(archive.length).toBe(plan.bytes);
  writeFileSync(join(directory, 'archive.tar'), archive);
  execFileSync('tar', ['-xf', 'archive.tar'], { cwd: directory });
  for (const folder of [`inventory/${snapshot.id}`, 'order/20260302T010001Z-00000b']) {
    for (const [name, content] of Object.entries(contents)) {
      expect(readFileSync(join(directory, folder, `${name}.copy.zst`)).equals(content)).toBe(true);
    }
  }
  const described = JSON.parse(readFileSync(join(directory, 'inventory', snapshot.id, 'snapshot.json'), 'utf8'));
  expect(described).toEqual(snapshot);
  const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'));
  expect(manifest).toEqual(JSON.parse(JSON.stringify(plan.contents)));
});

test('the same snapshots give the same bytes', async () => {
  expect(await bytesOf()).toEqual(await bytesOf());
});

test('a table is read by its range', async () => {
  const backup = await openBackup(placeWith(await bytesOf()), '2026-03-02');
  for (const { id } of backup.manifest.snapshots) {
    for (const [name, content] of Object.entries(contents)) {
      expect((await buffer(await backup.openFile(id, name))).equals(content)).toBe(true);
    }
  }
  await expect(backup.openFile(snapshot.id, 'elsewhere')).rejects.toThrow(BackupUnreadable);
});

test('a file that is shorter than it was ends the archive with an error', async () => {
  const cut = buffer(plan.open(async ({ table }) => Readable.from([contents[table.name]?.subarray(1) ?? ''])));
  await expect(cut).rejects.toThrow('orders.copy.zst has 5999 bytes and not 6000');
});

test.each([
  ['of another day', 0, (bytes: Buffer) => bytes, '2026-03-03'],
  ['with a damaged header', 10, (bytes: Buffer) => bytes.fill(1, 10, 11), '2026-03-02'],
  ['with a damaged manifest', 600, (bytes: Buffer) => bytes.fill(1, 600, 601), '2026-03-02'],
])('an archive %s is not opened', async (_, __, damage, day) => {
  const bytes = damage(Buffer.from(await bytesOf()));
  const place = placeWith(bytes);
  await expect(openBackup({ ...place, find: async () => ({ bytes: 1, sha256: '0'.repeat(64) }) }, day)).rejects.toThrow(
    BackupUnreadable,
  );
});

test('a file beyond 8 GiB has its size in the form that GNU tar reads', () => {
  const bytes = 10 * 1024 ** 3;
  writeFileSync(join(directory, 'large.tar'), tarHeader('large/file', bytes, new Date(0)));
  // It ends with an error, for want of the file itself.
  const { stdout: listed } = spawnSync('tar', ['-tvf', 'large.tar'], { cwd: directory, encoding: 'utf8' });
  expect(listed).toContain(String(bytes));
});

test('a header that was changed anywhere is not believed', () => {
  const header = tarHeader('manifest.json', 512, new Date(0));
  expect(readTarHeader(header, 'manifest.json')).toBe(512);
  for (const at of [0, 124, 130, 148, 257, 400]) {
    const changed = Buffer.from(header);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => readTarHeader(changed, 'manifest.json')).toThrow('damaged');
  }
});
