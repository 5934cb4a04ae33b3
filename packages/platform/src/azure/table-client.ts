import { TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import type { StorageConnection } from './connection-settings.ts';
import { processIdentity } from './credential.ts';

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
