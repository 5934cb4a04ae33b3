import type { ContainerClient } from '@azure/storage-blob';
import type { Logger } from '@valerix/platform/logger';
import type { Client } from 'pg';
import { exportSnapshot } from './export-snapshot.ts';
import type { SnapshotService } from './snapshot.ts';
import { removeLeftovers } from './snapshot-leftovers.ts';
import { openStaging } from './staging.ts';

export interface DailyExportOptions {
  readonly service: SnapshotService;
  readonly connect: () => Promise<Client>;
  readonly container: ContainerClient;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** Exports the service's database once a UTC day, however often it is run; clears away what earlier runs left unfinished. */
export function makeDailyExport(options: DailyExportOptions): () => Promise<'exported' | 'already_exported'> {
  const { service, connect, container, logger, now } = options;
  const staging = openStaging(container);
  return async () => {
    const leftovers = await removeLeftovers(container, service, now());
    if (leftovers > 0) logger.warn('snapshot_leftovers_removed', { files: leftovers });
    const today = now().toISOString().slice(0, 10).replaceAll('-', '');
    const { snapshots } = await staging.list();
    if (snapshots.some((staged) => staged.service === service && staged.id.startsWith(today))) {
      return 'already_exported';
    }
    const startedAt = performance.now();
    const { id, tables } = await exportSnapshot({ service, connect, container, now });
    const sum = (of: (table: (typeof tables)[number]) => number) =>
      tables.reduce((total, table) => total + of(table), 0);
    logger.info('snapshot_exported', {
      snapshot: id,
      rows: sum(({ rows }) => rows),
      bytes: sum(({ bytes }) => bytes),
      copiedBytes: sum(({ copiedBytes }) => copiedBytes),
      durationMs: Math.round(performance.now() - startedAt),
    });
    return 'exported';
  };
}
