import type { Fault } from '@valerix/contracts/chaos-api';
import { SECOND } from '@valerix/platform/durations';
import type { Logger } from '@valerix/platform/logger';
import { type Outbox, outboxRow, writeOutbox } from '@valerix/platform/outbox';
import type { Database } from '@valerix/platform/postgres';

/** What a call met on purpose and outlived. */
type SurvivedFault = 'gremlin' | Exclude<Fault, 'exit'>;

/** Tells the world about faults on purpose. Nothing here ever throws. */
export interface ChaosAnnouncer {
  /** Counts a fault in; what came together is told together, at most once a second and kind. */
  note(fault: SurvivedFault, delayMs?: number): void;
  /** Resolves once the process's death is written down, so that its announcement arrives without it. */
  beforeExit(): Promise<void>;
  /** Tells what is not told yet. */
  close(): Promise<void>;
}

export interface ChaosAnnouncerOptions {
  readonly service: string;
  readonly database: Database;
  readonly outbox: Outbox;
  readonly logger: Logger;
  readonly now?: () => number;
}

interface Untold {
  readonly count: number;
  readonly delayMs: number | undefined;
}

/** The rhythm of announcements: a thousand faults a second must not become a thousand messages. */
const EVERY_MS = SECOND;

export function makeChaosAnnouncer(options: ChaosAnnouncerOptions): ChaosAnnouncer {
  const { service, database, outbox, logger, now = () => performance.now() } = options;
  const untold = new Map<SurvivedFault, Untold>();
  let timer: NodeJS.Timeout | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;
  let telling: Promise<void> = Promise.resolve();
  let exit = { announcedAt: Number.NEGATIVE_INFINITY, written: Promise.resolve() };

  const add = (fault: SurvivedFault, count: number, delayMs: number | undefined) => {
    const sofar = untold.get(fault);
    const longest = Math.max(sofar?.delayMs ?? 0, delayMs ?? 0);
    untold.set(fault, { count: (sofar?.count ?? 0) + count, delayMs: longest > 0 ? longest : undefined });
  };

  const tell = async () => {
    const taken = [...untold];
    untold.clear();
    if (taken.length === 0) return;
    const rows = taken.map(([fault, { count, delayMs }]) =>
      outboxRow('ChaosInjected', { service, fault, count, ...(delayMs !== undefined && { delayMs }) }),
    );
    try {
      await writeOutbox(database.query, rows);
      void outbox.publish(rows);
    } catch (error) {
      // Told with the next one: the count has to be right once the database is back.
      for (const [fault, { count, delayMs }] of taken) add(fault, count, delayMs);
      logger.warn('chaos_not_announced', { faults: taken.map(([fault]) => fault), error });
    }
  };

  const tellSoon = () => {
    if (timer !== undefined) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        toldAt = now();
        telling = tell();
      },
      Math.max(0, toldAt + EVERY_MS - now()),
    );
    timer.unref();
  };

  const writeExit = async () => {
    const row = outboxRow('ChaosInjected', { service, fault: 'exit', count: 1 });
    try {
      await writeOutbox(database.query, [row]);
      void outbox.publish([row]);
    } catch (error) {
      logger.warn('chaos_not_announced', { faults: ['exit'], error });
    }
  };

  return {
    note(fault, delayMs) {
      add(fault, 1, delayMs);
      tellSoon();
    },
    async beforeExit() {
      // Calls that are to take the process down together share one announcement: it dies once.
      if (now() >= exit.announcedAt + EVERY_MS) exit = { announcedAt: now(), written: writeExit() };
      await exit.written;
    },
    async close() {
      clearTimeout(timer);
      await telling;
      await tell();
    },
  };
}
