import { TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import type { StorageConnection } from './connection-settings.ts';
import { processIdentity } from './credential.ts';
import { unlessForbidden } from './unless-forbidden.ts';

/** One table of a storage account. Nothing is connected before the first use, and the table need not be there. */
export function openTableClient(
  connection: StorageConnection,
  table: string,
  options: TableServiceClientOptions = {},
): TableClient {
  if ('connectionString' in connection) {
    return TableClient.fromConnectionString(connection.connectionString, table, {
      // Only an emulator on the same machine speaks plain HTTP.
      allowInsecureConnection: /=http(:|;|$)/i.test(connection.connectionString),
      ...options,
    });
  }
  if (connection.tableServiceUri === undefined)
    throw new TypeError('This storage account was set up without its tables.');
  return new TableClient(connection.tableServiceUri, table, processIdentity, options);
}

/** Makes a table before its first use. */
export interface TableMaker {
  /** Makes the table unless it is there; asks once for all callers, and again after a failure. */
  ensure(): Promise<void>;
  /** It is gone, or may be: the next use makes it anew. */
  forget(): void;
}

/**
 * On Azure the deployment has made the table, and its roles are on the table alone: who may use it may not make it, and is
 * told so whether it is there or not; the next use then says what is wrong, if anything is.
 */
export function makeTableMaker(table: TableClient, timeoutMs: number): TableMaker {
  let made: Promise<void> | undefined;
  const forget = () => {
    made = undefined;
  };
  const make = () => table.createTable({ abortSignal: AbortSignal.timeout(timeoutMs) }).catch(unlessForbidden);
  return {
    ensure() {
      made ??= make().catch((error: unknown) => {
        forget();
        throw error;
      });
      return made;
    },
    forget,
  };
}
