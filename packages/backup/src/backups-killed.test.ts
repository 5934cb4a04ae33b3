import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { DAY } from '@valerix/platform/durations';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Storage, startStorage } from '../../../tests/setup/azurite.ts';
import { openBackup } from './backup-reader.ts';
import type { BackupRun } from './backups.ts';
import { makeWorld, type World } from './vault.fixture.ts';

let storage: Storage;
let world: World;
let directory: string;
beforeAll(async () => {
  [storage, directory] = await Promise.all([startStorage(), mkdtemp(join(tmpdir(), 'valerix-backup-'))]);
  // Bundled as what is deployed is: it starts three times as fast, and is started some seventy times.
  await build({
    entryPoints: [fileURLToPath(new URL('backup-process.fixture.ts', import.meta.url))],
    outfile: join(directory, 'process.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external: ['pg-native'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
});
afterAll(async () => {
  await storage.stop();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  world = await makeWorld(storage);
});
afterEach(() => world.stop());

/** A real process; what it answered, or undefined when it was killed. */
async function runProcess(crashPoint = ''): Promise<BackupRun | undefined> {
  const env = {
    PATH: process.env.PATH,
    STORAGE: storage.connection,
    COPY_STORAGE: storage.copyConnection,
    VAULT_URL: world.vaultUrl,
    NOW: String(world.clock),
    CRASH_POINT: crashPoint,
  };
  const child = spawn(process.execPath, [join(directory, 'process.mjs')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const [code, signal] = await once(child, 'close');
  if (signal === 'SIGKILL') return undefined;
  if (code !== 0) throw new Error(`The process ended with ${code}: ${errors}`);
  return JSON.parse(output) as BackupRun;
}

const callsPerDay = async () => {
  const days = (await world.vaultCalls()).map(({ at }) => at.slice(0, 10));
  return Object.fromEntries([...Map.groupBy(days, (day) => day)].map(([day, all]) => [day, all.length]));
};

test('fifty starts in one day, ten at a time, make one call as the vault counts', async () => {
  await world.stageBoth();
  const kinds: (string | undefined)[] = [];
  for (let round = 0; round < 5; round += 1) {
    const runs = await Promise.all(Array.from({ length: 10 }, () => runProcess()));
    kinds.push(...runs.map((run) => run?.outcome.kind));
    // Something new to be sent, which must not tempt anybody.
    await world.stageBoth(world.clock + round);
    world.clock += 20 * 60_000;
  }
  expect(kinds).toHaveLength(50);
  expect(kinds.filter((kind) => kind === 'stored')).toHaveLength(1);
  expect(await callsPerDay()).toEqual({ '2026-03-02': 1 });
}, 600_000);

/** What the run after the kill says, on the same day and on the next one. */
const kills = [
  { point: 'backup.after-claim', sameDay: 'under_way', isStoredThatDay: false },
  { point: 'backup.after-call', sameDay: 'spent', isStoredThatDay: true },
  { point: 'backup.after-record', sameDay: 'spent', isStoredThatDay: true },
  { point: 'backup.after-copy', sameDay: 'spent', isStoredThatDay: true },
  { point: 'backup.after-verify', sameDay: 'spent', isStoredThatDay: true },
  { point: 'backup.after-staging-removal', sameDay: 'spent', isStoredThatDay: true },
] as const;

test.each(kills)(
  'killed at $point, no second call is made and nothing is lost',
  async ({ point, ...expected }) => {
    const snapshots = await world.stageBoth();
    expect(await runProcess(point)).toBeUndefined();
    expect((await runProcess())?.outcome.kind).toBe(expected.sameDay);
    const made = expected.isStoredThatDay ? { '2026-03-02': 1 } : {};
    expect(await callsPerDay()).toEqual(made);

    if (!expected.isStoredThatDay) {
      // The day is spent, because nobody could know that the call was not made.
      world.clock += 2 * 3_600_000;
      expect((await runProcess())?.outcome.kind).toBe('spent');
      expect(await callsPerDay()).toEqual({});
      world.clock = Date.UTC(2026, 2, 3, 1, 30);
      await world.stageBoth();
      expect((await runProcess())?.outcome).toMatchObject({ kind: 'stored', day: '2026-03-03', snapshots: 4 });
    }
    const day = expected.isStoredThatDay ? '2026-03-02' : '2026-03-03';
    for (const place of [world.stores.vault, ...world.stores.copies]) {
      const found = (await openBackup(place, day)).manifest.snapshots.map(({ id }) => id);
      expect(found).toEqual(expect.arrayContaining(snapshots.map(({ id }) => id)));
    }
    expect((await world.stores.staging.list()).snapshots).toEqual([]);
    expect(Object.values(await callsPerDay())).toEqual([1]);
  },
  240_000,
);

test('killed while it removes old copies, the next run removes them, and keeps what is to be kept', async () => {
  for (let day = 0; day < 8; day += 1) {
    world.clock = Date.UTC(2026, 2, 2, 1, 30) + day * DAY;
    await world.stageBoth();
    if (day < 7) await world.instance().run();
  }
  expect(await runProcess('backup.after-prune')).toBeUndefined();
  expect((await runProcess())?.faults).toEqual([]);
  for (const place of world.stores.copies) {
    // Monday the 2nd makes way; Sunday the 8th and all of the week after it stay.
    expect(await place.days()).toEqual([3, 4, 5, 6, 7, 8, 9].map((day) => `2026-03-0${day}`));
  }
}, 240_000);

test('a vault that is restarted in between still knows that it was called', async () => {
  await world.stageBoth();
  await world.instance().run();
  await world.restartVault();
  const { vault } = world.stores;
  const archive = { day: '2026-03-09', bytes: 1, sha256: '0'.repeat(64), open: () => Readable.from([Buffer.alloc(1)]) };
  await expect(vault.store(archive, AbortSignal.timeout(5_000))).rejects.toMatchObject({ failure: 'refused' });
  expect(await vault.days()).toEqual(['2026-03-02']);
});
