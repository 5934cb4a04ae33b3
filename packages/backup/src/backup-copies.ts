import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { passCrashPoint } from '@valerix/platform/crash-points';
import { MINUTE } from '@valerix/platform/durations';
import { describeError, type Logger } from '@valerix/platform/logger';
import { planArchive } from './archive.ts';
import type { BackupPlace } from './backup-place.ts';
import { readContents } from './backup-reader.ts';
import type { CopyPlace } from './blob-copies.ts';
import type { Call, CallLedger } from './call-ledger.ts';
import { daysToKeep, type Retention } from './retention.ts';
import type { Staging } from './staging.ts';
import type { Vault } from './vault.ts';
import { digestOf, snapshotName } from './vault-call.ts';

export interface BackupCopiesOptions {
  readonly ledger: CallLedger;
  readonly vault: Vault;
  readonly copies: readonly CopyPlace[];
  readonly staging: Staging;
  readonly logger: Logger;
  readonly retention: Retention;
  readonly now: () => number;
}

/** For one archive and one place, reading it back included. */
const COPY_TIMEOUT_MS = 5 * MINUTE;

/** What follows a call: each step finds by itself what is left to do, so a run that was killed is simply run again. */
export interface BackupCopies {
  /** Brings what was stored to every place where it is to be kept, and reads every byte back. Answers what went wrong. */
  copy(calls: readonly Call[]): Promise<string[]>;
  /** Removes copies whose time is over and snapshots that are safe everywhere. Rejects when it cannot. */
  prune(calls: readonly Call[]): Promise<void>;
}

export function makeBackupCopies(options: BackupCopiesOptions): BackupCopies {
  const { ledger, vault, copies, staging, logger, retention, now } = options;
  const places: readonly BackupPlace[] = [vault, ...copies];

  const verify = async (call: Call, place: BackupPlace) => {
    const { bytes, sha256 } = await digestOf(
      await place.read(call.day, undefined, AbortSignal.timeout(COPY_TIMEOUT_MS)),
    );
    if (bytes !== call.bytes || sha256 !== call.sha256)
      throw new Error(`It reads back as ${bytes} bytes of ${sha256}.`);
  };

  /** The archive as it was sent, made once more; undefined when a snapshot of it is gone. */
  const rebuild = async (call: Call): Promise<Readable | undefined> => {
    const staged = new Map((await staging.list()).snapshots.map((snapshot) => [snapshotName(snapshot), snapshot]));
    const snapshots = call.snapshots.flatMap((name) => staged.get(name) ?? []);
    if (snapshots.length < call.snapshots.length) return undefined;
    return planArchive(call.day, new Date(call.claimedAt), snapshots).open(staging.open);
  };

  const bringTo = async (call: Call, target: CopyPlace) => {
    const sources = [
      ...places
        .filter((place) => place !== target)
        .map((place) => ({ name: place.name, open: (signal: AbortSignal) => place.read(call.day, undefined, signal) })),
      { name: 'staging', open: () => rebuild(call) },
    ];
    const faults: string[] = [];
    for (const { name, open } of sources) {
      const signal = AbortSignal.timeout(COPY_TIMEOUT_MS);
      try {
        const bytes = await open(signal);
        if (bytes === undefined) continue;
        // An error of the source reaches the upload, which otherwise would wait for more.
        const passing = new PassThrough();
        await Promise.all([pipeline(bytes, passing), target.write(call.day, passing, signal)]);
        passCrashPoint('backup.after-copy');
        await verify(call, target);
        await target.seal({ ...(await readContents(target, call.day)), bytes: call.bytes, sha256: call.sha256 });
        return;
      } catch (error) {
        logger.warn('backup_copy_failed', { day: call.day, place: target.name, source: name, error });
        faults.push(`from ${name}: ${describeError(error)}`);
      }
    }
    throw new Error(faults.length === 0 ? 'There is nothing left to copy from.' : faults.join(' '));
  };

  return {
    async copy(calls) {
      const stored = calls.filter(({ state }) => state === 'stored');
      const wanted = daysToKeep(
        stored.map(({ day }) => day),
        retention,
      );
      const faults: string[] = [];
      for (const call of stored.filter(({ day }) => wanted.has(day))) {
        for (const place of places) {
          const { verifiedAt, prunedAt } = call.places[place.name];
          if (verifiedAt !== null || prunedAt !== null) continue;
          try {
            const target = copies.find((copy) => copy === place);
            await (target === undefined ? verify(call, place) : bringTo(call, target));
            await ledger.recordVerified(call.day, place.name, new Date(now()));
            logger.info('backup_verified', { day: call.day, place: place.name, bytes: call.bytes });
            passCrashPoint('backup.after-verify');
          } catch (error) {
            logger.warn('backup_not_verified', { day: call.day, place: place.name, error });
            faults.push(`${call.day} in ${place.name} is not verified.`);
          }
        }
      }
      return faults;
    },

    async prune(calls) {
      const stored = calls.filter(({ state }) => state === 'stored');
      for (const place of copies) {
        const here = stored.filter(
          ({ places: { [place.name]: at } }) => at.verifiedAt !== null && at.prunedAt === null,
        );
        const kept = daysToKeep(
          here.map(({ day }) => day),
          retention,
        );
        for (const { day } of here.filter((call) => !kept.has(call.day))) {
          await place.remove(day);
          passCrashPoint('backup.after-prune');
          await ledger.recordPruned(day, place.name, new Date(now()));
          logger.info('backup_pruned', { day, place: place.name });
        }
      }
      const safe = new Set(
        stored
          .filter((call) => places.every(({ name }) => call.places[name].verifiedAt !== null))
          .flatMap(({ snapshots }) => snapshots),
      );
      for (const snapshot of (await staging.list()).snapshots) {
        if (!safe.has(snapshotName(snapshot))) continue;
        await staging.remove(snapshot);
        passCrashPoint('backup.after-staging-removal');
      }
    },
  };
}
