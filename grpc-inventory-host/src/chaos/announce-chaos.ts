import type { Logger } from '@valerix/platform/logger';
import { type Outbox, outboxRow } from '@valerix/platform/outbox';
import type { Database } from '@valerix/platform/postgres';
import type { ChaosOptions } from './chaos.ts';

const insertSql = `
  INSERT INTO outbox (event_id, entity, event_type, body) VALUES ($1, $2, $3, $4)`;

export interface ChaosAnnouncerOptions {
  readonly service: string;
  readonly database: Database;
  readonly outbox: Outbox;
  readonly logger: Logger;
}

/** Writes `ChaosInjected` into the outbox, so that even the announcement of a process's own death arrives. Never throws. */
export function makeChaosAnnouncer(options: ChaosAnnouncerOptions): ChaosOptions['announce'] {
  const { service, database, outbox, logger } = options;
  return async (fault, delayMs) => {
    const row = outboxRow('ChaosInjected', { service, fault, ...(delayMs !== undefined && { delayMs }) });
    try {
      await database.query(insertSql, [row.event_id, row.entity, row.event_type, JSON.stringify(row.body)]);
    } catch (error) {
      logger.warn('chaos_not_announced', { fault, error });
      return;
    }
    void outbox.publish([row]);
  };
}
