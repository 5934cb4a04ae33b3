import type { StorageConnection } from '@valerix/platform/azure/connection-settings';
import type { DatabaseAuthentication } from '@valerix/platform/azure/database-login';
import type { Logger } from '@valerix/platform/logger';
import type { Snapshot, SnapshotService } from './snapshot.ts';

export interface DatabaseExportsOptions {
  readonly service: SnapshotService;
  readonly databaseUrl: string;
  readonly authentication: DatabaseAuthentication;
  readonly storage: StorageConnection;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** The ways in which a service exports its own database. */
export interface DatabaseExports {
  /** Once a UTC day, however often it is called. */
  daily(): Promise<'exported' | 'already_exported'>;
  /** One more snapshot, now, whatever was exported today. */
  another(): Promise<Snapshot>;
}

/** What it takes is loaded when the first export is wanted: no shopper waits for it at a cold start. */
export function makeDatabaseExports(options: DatabaseExportsOptions): DatabaseExports {
  let opened: Promise<DatabaseExports> | undefined;
  const open = () => {
    opened ??= import('./open-exports.ts').then(({ openExports }) => openExports(options));
    return opened;
  };
  return {
    daily: async () => (await open()).daily(),
    another: async () => (await open()).another(),
  };
}
