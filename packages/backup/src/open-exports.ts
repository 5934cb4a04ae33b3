import { openContainer } from '@valerix/platform/azure/blob-container';
import { connect } from './connect.ts';
import { makeDailyExport } from './daily-export.ts';
import type { DatabaseExports, DatabaseExportsOptions } from './database-exports.ts';
import { exportSnapshot } from './export-snapshot.ts';
import { STAGING_CONTAINER } from './snapshot.ts';

/** For `makeDatabaseExports`, which loads this when it is needed. */
export function openExports(options: DatabaseExportsOptions): DatabaseExports {
  const { service, databaseUrl, authentication, storage, logger, now } = options;
  const source = {
    service,
    connect: () => connect(databaseUrl, authentication),
    container: openContainer(storage, STAGING_CONTAINER),
    now,
  };
  return { daily: makeDailyExport({ ...source, logger }), another: () => exportSnapshot(source) };
}
