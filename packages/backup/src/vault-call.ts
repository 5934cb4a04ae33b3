import { createHash } from 'node:crypto';
import { passCrashPoint } from '@valerix/platform/crash-points';
import { DAY, MINUTE } from '@valerix/platform/durations';
import { describeError, type Logger } from '@valerix/platform/logger';
import { type ArchivePlan, planArchive } from './archive.ts';
import { utcDay } from './archive-names.ts';
import { awaitedServices } from './calendar.ts';
import { type Call, type CallLedger, MAX_SNAPSHOTS_OF_A_CALL } from './call-ledger.ts';
import type { ArchiveSeal } from './manifest.ts';
import type { Snapshot, SnapshotService } from './snapshot.ts';
import type { Staging } from './staging.ts';
import type { Vault } from './vault.ts';

/** What became of the wish to call the vault. */
export type CallOutcome =
  | { readonly kind: 'stored'; readonly day: string; readonly bytes: number; readonly snapshots: number }
  /** The call of the day was made; what is new waits for the next one. */
  | { readonly kind: 'spent'; readonly day: string }
  /** Another instance is calling, or died doing so, and may not be overtaken yet. */
  | { readonly kind: 'under_way'; readonly day: string }
  | { readonly kind: 'nothing_new' }
  | { readonly kind: 'waiting'; readonly services: readonly SnapshotService[] }
  /** `day` is null when the vault or the ledger could not be asked; the next run settles what there is to settle. */
  | { readonly kind: 'failed'; readonly day: string | null; readonly reason: string };

export interface VaultCallOptions {
  readonly ledger: CallLedger;
  readonly vault: Vault;
  readonly staging: Staging;
  readonly logger: Logger;
  /** How long the one call may take in all. */
  readonly callTimeoutMs: number;
  readonly now: () => number;
}

/** Beyond the call's own limit: what giving up and recording that may take. */
const GRACE_MS = 1 * MINUTE;
/** A failed call that far back is looked up again: the vault may have stored it after all. */
const LOOKED_UP_DAYS = 31;

export interface VaultCall {
  /**
   * Finds out what became of calls whose outcome is not known, without calling. Rejects while the vault is away.
   * Answers the calls as they then are.
   */
  settle(): Promise<Call[]>;
  /**
   * Makes the call of the day if nobody has, with every snapshot that none before preserved. `patient`: waits for services
   * whose snapshot of the day is missing.
   */
  call(calls: readonly Call[], options: { readonly patient: boolean }): Promise<CallOutcome>;
}

export function makeVaultCall(options: VaultCallOptions): VaultCall {
  const { ledger, vault, staging, logger, callTimeoutMs, now } = options;

  const isStored = async ({ day, bytes, sha256 }: Pick<Call, 'day' | keyof ArchiveSeal>) => {
    const found = await vault.find(day);
    return found !== undefined && found.bytes === bytes && found.sha256 === sha256;
  };

  /** Reads everything that is to be sent, before the day is spent on it: a snapshot that is damaged stays behind. */
  const findIntact = async (snapshots: readonly Snapshot[]): Promise<Snapshot[]> => {
    const intact: Snapshot[] = [];
    for (const snapshot of snapshots) {
      const damaged = await firstDamaged(snapshot);
      if (damaged === undefined) intact.push(snapshot);
      else logger.error('backup_snapshot_damaged', { service: snapshot.service, id: snapshot.id, table: damaged });
    }
    return intact;
  };
  const firstDamaged = async ({ service, id: snapshotId, tables }: Snapshot): Promise<string | undefined> => {
    for (const table of tables) {
      const digest = await digestOf(await staging.open({ service, snapshotId, table })).catch((error: unknown) => {
        logger.warn('backup_snapshot_unreadable', { service, id: snapshotId, table: table.name, error });
        return undefined;
      });
      if (digest?.sha256 !== table.sha256 || digest.bytes !== table.bytes) return table.name;
    }
    return undefined;
  };

  const store = async (day: string, plan: ArchivePlan, seal: ArchiveSeal): Promise<CallOutcome> => {
    const { bytes } = plan;
    const archive = { day, ...seal, open: () => plan.open(staging.open) };
    let reason = '';
    passCrashPoint('backup.after-claim');
    try {
      await vault.store(archive, AbortSignal.timeout(callTimeoutMs));
    } catch (error) {
      reason = describeError(error);
      logger.warn('backup_call_failed', { day, error });
    }
    passCrashPoint('backup.after-call');
    // Whatever was answered, what the vault holds is what counts; an answer may have been lost on its way.
    const stored = await isStored({ day, ...seal }).catch(() => reason === '');
    if (!stored) {
      reason ||= 'The vault took the archive and does not hold it.';
      await ledger.recordFailed(day, reason);
      return { kind: 'failed', day, reason };
    }
    await ledger.recordStored(day);
    passCrashPoint('backup.after-record');
    return { kind: 'stored', day, bytes, snapshots: plan.contents.snapshots.length };
  };

  return {
    async settle() {
      const calls = await ledger.list();
      const oldest = utcDay(now() - LOOKED_UP_DAYS * DAY);
      for (const call of calls) {
        if (call.state === 'stored' || call.day < oldest) continue;
        if (await isStored(call)) {
          await ledger.recordStored(call.day);
          logger.info('backup_call_settled', { day: call.day, state: 'stored' });
        } else if (call.state === 'claimed' && now() >= Date.parse(call.givesUpAt)) {
          await ledger.recordFailed(
            call.day,
            'Whoever made the call did not live to see its outcome, and the vault has nothing.',
          );
          logger.warn('backup_call_settled', { day: call.day, state: 'failed' });
        }
      }
      return ledger.list();
    },

    async call(calls, { patient }) {
      const day = utcDay(now());
      const underWay = calls.find(({ state, givesUpAt }) => state === 'claimed' && now() < Date.parse(givesUpAt));
      // What it carries may be preserved in a moment; sent again, it would only be there twice.
      if (underWay !== undefined) return { kind: 'under_way', day: underWay.day };
      if (calls.some((call) => call.day === day)) return { kind: 'spent', day };

      const preserved = new Set(calls.filter(({ state }) => state === 'stored').flatMap(({ snapshots }) => snapshots));
      const { snapshots } = await staging.list();
      const fresh = snapshots.filter((snapshot) => !preserved.has(snapshotName(snapshot)));
      const services = patient ? awaitedServices(fresh, now()) : [];
      if (services.length > 0) return { kind: 'waiting', services };
      const chosen = (await findIntact(fresh)).slice(0, MAX_SNAPSHOTS_OF_A_CALL);
      if (chosen.length === 0) return { kind: 'nothing_new' };
      // Known to the vault and not to the ledger: the ledger was lost. The vault would refuse.
      if ((await vault.find(day)) !== undefined) return { kind: 'spent', day };

      const claimedAt = now();
      const plan = planArchive(day, new Date(claimedAt), chosen);
      const seal = await digestOf(plan.open(staging.open));
      const isOurs = await ledger.claim({
        day,
        claimedAt: new Date(claimedAt).toISOString(),
        givesUpAt: new Date(now() + callTimeoutMs + GRACE_MS).toISOString(),
        snapshots: chosen.map(snapshotName),
        ...seal,
      });
      if (!isOurs) return { kind: 'under_way', day };
      return store(day, plan, seal);
    },
  };
}

export const snapshotName = ({ service, id }: Pick<Snapshot, 'service' | 'id'>): string => `${service}/${id}`;

/** The size and SHA-256 of everything that comes. */
export async function digestOf(bytes: AsyncIterable<Buffer>): Promise<ArchiveSeal> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of bytes) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { bytes: size, sha256: hash.digest('hex') };
}
