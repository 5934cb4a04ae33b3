import { odata, RestError } from '@azure/data-tables';
import type { StorageConnection } from '../azure/connection-settings.ts';
import { makeTableMaker, openTableClient } from '../azure/table-client.ts';
import { MINUTE, SECOND } from '../durations.ts';
import {
  bucketRow,
  HEARTBEATS,
  heartbeatKey,
  heartbeatRow,
  partitionsBefore,
  type Row,
  rangesOf,
  readBucket,
  readHeartbeat,
  readStoredState,
  STATE,
  type StoredState,
  stateRow,
} from './alert-rows.ts';
import { type BackupStanding, backupNews, firstBackupRow, readBackupStanding } from './backup-standing.ts';
import type { Bucket, Heartbeat } from './observations.ts';
import { type Observations, windowAt } from './rules.ts';
import { REMEMBERED_MS } from './services.ts';

export interface VersionedState {
  /** Undefined when there is none, or none that can be read. */
  readonly state: StoredState | undefined;
  /** Undefined when there is no row. */
  readonly version: string | undefined;
}

/** Where all instances of all services put down what they measured. Everything rejects while storage is away. */
export interface AlertTable {
  writeBuckets(buckets: readonly Bucket[]): Promise<void>;
  beat(heartbeat: Heartbeat): Promise<void>;
  /** The instance ends by intention, so its silence will mean nothing. */
  signOff(service: string, instance: string): Promise<void>;
  /** Backups are made here, from `now` on if not before; and, with `news`, how they stand. */
  tellBackup(now: number, news?: Omit<BackupStanding, 'since'>): Promise<void>;
  observe(now: number): Promise<Observations>;
  readState(): Promise<VersionedState>;
  /** Writes over the given version only; answers the new one, or undefined when another instance came first. */
  writeState(state: StoredState, version: string | undefined): Promise<string | undefined>;
  /** Removes what no verdict needs any more; answers how many rows. */
  forgetOld(now: number): Promise<number>;
}

const TABLE = 'alertbuckets';
const TIMEOUT_MS = 2 * SECOND;
/** Nobody waits for it, and it handles many rows at a time. */
const CLEANING_TIMEOUT_MS = 20 * SECOND;
/** Much more than the window, for whoever looks at the table by hand. */
const KEPT_MS = 10 * MINUTE;
/** Entities that one transaction takes. https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions */
const TRANSACTION_SIZE = 100;

/** Nothing is connected before the first use; the table is created by it. */
export function openAlertTable(storage: StorageConnection): AlertTable {
  const table = openTableClient(storage, TABLE, {
    // Everything here is tried again a second later anyway.
    retryOptions: { maxRetries: 1, retryDelayInMs: 100, maxRetryDelayInMs: 100 },
  });
  const maker = makeTableMaker(table, TIMEOUT_MS);
  const using = async <T>(work: () => Promise<T>): Promise<T> => {
    await maker.ensure();
    try {
      return await work();
    } catch (error) {
      // Somebody removed the table; the next use makes it anew.
      if (codeOf(error) === 'TableNotFound') maker.forget();
      throw error;
    }
  };
  const list = async (filter: string, select?: string[], timeoutMs = TIMEOUT_MS): Promise<object[]> => {
    const found: object[] = [];
    const queryOptions = { filter, ...(select && { select }) };
    for await (const row of table.listEntities({ queryOptions, ...bounded(timeoutMs) })) found.push(row);
    return found;
  };
  const removeAll = async (keys: readonly Row[]): Promise<number> => {
    for (const [, rows] of Map.groupBy(keys, ({ partitionKey }) => partitionKey)) {
      for (let at = 0; at < rows.length; at += TRANSACTION_SIZE) {
        const some = rows.slice(at, at + TRANSACTION_SIZE);
        // Two instances may clean up at once: what is gone already ends this round, and the next one finds the rest.
        await table.submitTransaction(
          some.map((row) => ['delete', row]),
          bounded(CLEANING_TIMEOUT_MS),
        );
      }
    }
    return keys.length;
  };

  return {
    writeBuckets: (buckets) =>
      using(async () => {
        await Promise.all(buckets.map((bucket) => table.upsertEntity(bucketRow(bucket), 'Replace', bounded())));
      }),
    beat: (heartbeat) =>
      using(async () => {
        await table.upsertEntity(heartbeatRow(heartbeat), 'Replace', bounded());
      }),
    signOff: (service, instance) =>
      using(async () => {
        const { partitionKey, rowKey } = heartbeatKey(service, instance);
        await table.deleteEntity(partitionKey, rowKey, bounded()).catch(unlessMissing);
      }),
    tellBackup: (now, news) =>
      using(async () => {
        await table.createEntity(firstBackupRow(now), bounded()).catch(unlessThere);
        if (news !== undefined) await table.updateEntity(backupNews(news), 'Merge', bounded());
      }),
    observe: (now) =>
      using(async () => {
        const { from, until } = windowAt(now);
        const [heartbeats, ...buckets] = await Promise.all([
          list(odata`PartitionKey eq ${HEARTBEATS}`),
          ...rangesOf(from, until).map(({ partitionKey, fromRow, untilRow }) =>
            list(odata`PartitionKey eq ${partitionKey} and RowKey ge ${fromRow} and RowKey lt ${untilRow}`),
          ),
        ]);
        return {
          heartbeats: heartbeats.flatMap((row) => readHeartbeat(row) ?? []),
          backup: heartbeats.map(readBackupStanding).find((standing) => standing !== undefined),
          buckets: buckets.flat().flatMap((row) => readBucket(row) ?? []),
        };
      }),
    readState: () =>
      using(async () => {
        const found = await table.getEntity(STATE.partitionKey, STATE.rowKey, bounded()).catch(unlessMissing);
        return { state: readStoredState(found), version: found?.etag };
      }),
    writeState: (state, version) =>
      using(async () => {
        try {
          const row = stateRow(state);
          const { etag } =
            version === undefined
              ? await table.createEntity(row, bounded())
              : await table.updateEntity(row, 'Replace', { etag: version, ...bounded() });
          return etag;
        } catch (error) {
          if (error instanceof RestError && (error.statusCode === 409 || error.statusCode === 412)) return undefined;
          throw error;
        }
      }),
    forgetOld: (now) =>
      using(async () => {
        const { from, until } = partitionsBefore(Math.floor((now - KEPT_MS) / SECOND));
        const keys = ['PartitionKey', 'RowKey'];
        const buckets = await list(
          odata`PartitionKey ge ${from} and PartitionKey lt ${until}`,
          keys,
          CLEANING_TIMEOUT_MS,
        );
        const heartbeats = (await list(odata`PartitionKey eq ${HEARTBEATS}`)).filter((row) => {
          if (readBackupStanding(row) !== undefined) return false;
          const heartbeat = readHeartbeat(row);
          return heartbeat === undefined || now - heartbeat.at > REMEMBERED_MS;
        });
        return removeAll([...buckets, ...heartbeats] as Row[]);
      }),
  };
}

const bounded = (ms = TIMEOUT_MS) => ({ abortSignal: AbortSignal.timeout(ms) });

/** The table service's own word for what went wrong. */
function codeOf(error: unknown): string | undefined {
  const details = error instanceof RestError ? (error.details as { odataError?: { code?: string } }) : undefined;
  return details?.odataError?.code;
}

function unlessThere(error: unknown): void {
  if (codeOf(error) !== 'EntityAlreadyExists') throw error;
}

function unlessMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ResourceNotFound') throw error;
}
