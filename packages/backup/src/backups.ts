import type { BackupsReport } from '@valerix/contracts/backups-api';
import type { BackupStanding } from '@valerix/platform/alerts/backup-standing';
import { describeError } from '@valerix/platform/logger';
import type { Metrics } from '@valerix/platform/metrics';
import { makeTurns } from '@valerix/platform/turns';
import { type BackupCopiesOptions, makeBackupCopies } from './backup-copies.ts';
import { reportOf } from './backups-report.ts';
import { isDue } from './calendar.ts';
import type { Call } from './call-ledger.ts';
import { type CallOutcome, makeVaultCall } from './vault-call.ts';

export interface BackupsOptions extends BackupCopiesOptions {
  readonly metrics: Metrics;
  /** How long the one call may take in all. */
  readonly callTimeoutMs: number;
  /** Tells those who judge the alerts that backups are made, and how they stand; may reject. */
  readonly tell: (news?: Omit<BackupStanding, 'since'>) => Promise<void>;
}

/** What a run did, and what went wrong beside the call. */
export interface BackupRun {
  readonly outcome: CallOutcome | { readonly kind: 'not_due' };
  readonly faults: readonly string[];
}

export interface Backups {
  /**
   * Everything there is to do now: finds out what became of earlier calls, calls the vault if the day's call is due and
   * nobody made it, copies, verifies, prunes. Killed anywhere, the next run goes on. Rejects while storage is away.
   * `asked`: an operator wants the call now, however early in the day and with whatever snapshots there are.
   */
  run(wish?: { readonly asked: boolean }): Promise<BackupRun>;
  /** What operators see, `standing` being what those know who judge the alerts. Rejects while storage is away. */
  report(standing: BackupStanding | undefined): Promise<BackupsReport>;
  /** For a process that has just started: says that backups are made here, and reads when the last one was. Never throws. */
  announce(): Promise<void>;
}

export function makeBackups(options: BackupsOptions): Backups {
  const { ledger, logger, metrics, tell, now } = options;
  const vaultCall = makeVaultCall(options);
  const copies = makeBackupCopies(options);
  // Two runs of one process would only be in each other's way; those of other processes meet at the ledger.
  const inTurn = makeTurns(1);
  const places = [options.vault, ...options.copies].map(({ name }) => name);

  let lastSuccessSeconds: number | undefined;
  metrics.meter
    .createObservableGauge('backup_last_success_timestamp_seconds', {
      description: 'When the newest backup that is stored was made, in seconds since 1970.',
    })
    .addCallback((result) => {
      if (lastSuccessSeconds !== undefined) result.observe(lastSuccessSeconds);
    });
  const failures = metrics.meter.createCounter('backup_failures', {
    description: 'Backup runs that failed or left something unfinished.',
  });
  failures.add(0);

  const remember = (calls: readonly Call[]) => {
    const last = calls.findLast(({ state }) => state === 'stored');
    if (last !== undefined) lastSuccessSeconds = Math.floor(Date.parse(last.claimedAt) / 1_000);
    return last;
  };
  const stand = async (calls: readonly Call[], faults: readonly string[]) => {
    const last = remember(calls);
    const newest = calls.at(-1);
    const failed = newest?.state === 'failed' ? [`The call of ${newest.day} failed.`] : [];
    await tell({ lastSuccessAt: last?.claimedAt ?? null, trouble: [...failed, ...faults].join(' ') });
  };

  const call = async (asked: boolean): Promise<BackupRun['outcome']> => {
    try {
      const calls = await vaultCall.settle();
      if (!asked && !isDue(now())) return { kind: 'not_due' };
      return await vaultCall.call(calls, { patient: !asked });
    } catch (error) {
      // As long as nobody knows what the vault holds, the day is not spent on a call: the next run asks again.
      logger.warn('backup_call_not_made', { error });
      return { kind: 'failed', day: null, reason: describeError(error) };
    }
  };

  const run = async (asked: boolean): Promise<BackupRun> => {
    const outcome = await call(asked);
    const faults = outcome.kind === 'failed' && outcome.day === null ? ['The vault could not be asked.'] : [];
    faults.push(...(await copies.copy(await ledger.list())));
    await copies.prune(await ledger.list()).catch((error: unknown) => {
      logger.warn('backup_not_pruned', { error });
      faults.push('What is no longer needed could not be removed.');
    });
    await stand(await ledger.list(), faults);
    if (outcome.kind === 'failed' || faults.length > 0) failures.add(1);
    logger.info('backup_run', { ...outcome, faults });
    return { outcome, faults };
  };

  return {
    run: ({ asked } = { asked: false }) =>
      inTurn(async () => {
        try {
          return await run(asked);
        } catch (error) {
          // Where nothing can be told, the age of the last backup will tell.
          failures.add(1);
          throw error;
        }
      }),
    report: async (standing) => reportOf(await ledger.list(), standing, places, now()),
    async announce() {
      try {
        remember(await ledger.list());
        await tell();
      } catch (error) {
        logger.warn('backups_not_announced', { error });
      }
    },
  };
}
