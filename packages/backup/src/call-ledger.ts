import { odata, RestError, type TableClient } from '@azure/data-tables';
import { makeTableMaker } from '@valerix/platform/azure/table-client';
import { SECOND } from '@valerix/platform/durations';
import { z } from 'zod';
import { type ArchiveSeal, archiveSeal, type PlaceName, placeNames } from './manifest.ts';

/** A snapshot by service and id, such as `order/20260102T030405Z-a1b2c3`. */
export type SnapshotName = string;

interface Standing {
  readonly verifiedAt: string | null;
  readonly prunedAt: string | null;
}

/** The one call of a UTC day. */
export interface Call extends ArchiveSeal {
  readonly day: string;
  /** `claimed`: under way, or its outcome was not recorded. */
  readonly state: 'claimed' | 'stored' | 'failed';
  readonly claimedAt: string;
  /** When whoever claimed the day has given up for certain, or is dead. */
  readonly givesUpAt: string;
  readonly snapshots: readonly SnapshotName[];
  /** Why it failed; empty otherwise. */
  readonly reason: string;
  readonly places: Readonly<Record<PlaceName, Standing>>;
}

export type Claim = Pick<Call, 'day' | 'claimedAt' | 'givesUpAt' | 'snapshots' | 'bytes' | 'sha256'>;

/** What is known of the calls, the same for all instances. The day's row is what makes sure that there is one call only. */
export interface CallLedger {
  /** Every call there ever was, oldest first. */
  list(): Promise<Call[]>;
  /** Claims the day; false when somebody has. Only whoever gets true may call the vault. */
  claim(claim: Claim): Promise<boolean>;
  recordStored(day: string): Promise<void>;
  recordFailed(day: string, reason: string): Promise<void>;
  recordVerified(day: string, place: PlaceName, at: Date): Promise<void>;
  recordPruned(day: string, place: PlaceName, at: Date): Promise<void>;
}

const PARTITION = 'vault';
const TIMEOUT_MS = 20 * SECOND;
/** A column holds 32,767 characters, a name 33 of them with its comma. */
export const MAX_SNAPSHOTS_OF_A_CALL = 900;
const MAX_REASON = 1_000;

export function openCallLedger(table: TableClient): CallLedger {
  const maker = makeTableMaker(table, TIMEOUT_MS);
  const change = async (day: string, columns: Readonly<Record<string, string>>) => {
    await table.updateEntity({ partitionKey: PARTITION, rowKey: day, ...columns }, 'Merge', bounded());
  };

  return {
    async list() {
      await maker.ensure();
      const calls: Call[] = [];
      const queryOptions = { filter: odata`PartitionKey eq ${PARTITION}` };
      for await (const row of table.listEntities({ queryOptions, ...bounded() })) calls.push(callRow.parse(row));
      return calls.sort((a, b) => a.day.localeCompare(b.day));
    },
    async claim({ day, claimedAt, givesUpAt, snapshots, bytes, sha256 }) {
      await maker.ensure();
      const row = { partitionKey: PARTITION, rowKey: day, state: 'claimed', claimedAt, givesUpAt, sha256 };
      try {
        // As text: a number beyond 2^31 needs a type of its own in a table.
        await table.createEntity({ ...row, bytes: String(bytes), snapshots: snapshots.join(',') }, bounded());
        return true;
      } catch (error) {
        if (error instanceof RestError && error.statusCode === 409) return false;
        throw error;
      }
    },
    recordStored: (day) => change(day, { state: 'stored', reason: '' }),
    recordFailed: (day, reason) => change(day, { state: 'failed', reason: reason.slice(0, MAX_REASON) }),
    recordVerified: (day, place, at) => change(day, { [`${place}VerifiedAt`]: at.toISOString() }),
    recordPruned: (day, place, at) => change(day, { [`${place}PrunedAt`]: at.toISOString() }),
  };
}

const bounded = () => ({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });

const moment = z.iso.datetime();
const momentOrNone = z.preprocess((value) => value || null, moment.nullable());
const placeColumns = Object.fromEntries(
  placeNames.flatMap((place) => [
    [`${place}VerifiedAt`, momentOrNone],
    [`${place}PrunedAt`, momentOrNone],
  ]),
) as Record<`${PlaceName}VerifiedAt` | `${PlaceName}PrunedAt`, typeof momentOrNone>;

const callRow = z
  .object({
    rowKey: z.iso.date(),
    state: z.enum(['claimed', 'stored', 'failed']),
    claimedAt: moment,
    givesUpAt: moment,
    bytes: z.coerce.number().pipe(archiveSeal.shape.bytes),
    sha256: archiveSeal.shape.sha256,
    snapshots: z.string().transform((names) => names.split(',')),
    reason: z.string().default(''),
    ...placeColumns,
  })
  .transform(({ rowKey: day, ...row }): Call => {
    const standing = (place: PlaceName): Standing => ({
      verifiedAt: row[`${place}VerifiedAt`],
      prunedAt: row[`${place}PrunedAt`],
    });
    const { state, claimedAt, givesUpAt, bytes, sha256, snapshots, reason } = row;
    const places = { vault: standing('vault'), primary: standing('primary'), secondary: standing('secondary') };
    return { day, state, claimedAt, givesUpAt, bytes, sha256, snapshots, reason, places };
  });
