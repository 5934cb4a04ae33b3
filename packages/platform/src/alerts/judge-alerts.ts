import type { AlertsReport } from '@valerix/contracts/alerts-api';
import { topics } from '@valerix/contracts/topology';
import type { Logger } from '../logger.ts';
import type { Messaging } from '../messaging.ts';
import { messageOf, outboxRow } from '../outbox.ts';
import type { StoredState } from './alert-rows.ts';
import { announced, reportOf, settle } from './alert-state.ts';
import type { AlertTable } from './alert-table.ts';
import { evaluate } from './rules.ts';

export interface JudgeOptions {
  readonly table: Pick<AlertTable, 'observe' | 'readState' | 'writeState'>;
  readonly messaging: Pick<Messaging, 'send'>;
  readonly logger: Logger;
  readonly now?: () => number;
}

/** Each time that this one came second, another one got its change in. */
const MAX_ATTEMPTS = 10;

export interface Judge {
  /** Rejects while storage is away: then nobody can know. */
  judge(): Promise<AlertsReport>;
  /** Resolves once nothing is being announced. */
  idle(): Promise<void>;
}

/**
 * Judges by the rules and makes sure that a change is agreed on and announced, by one of all instances that judge at the
 * same time. Callers that come while one judgement is under way share the next one, which has seen all that was written
 * before they came. Nobody waits for an announcement.
 */
export function makeJudge({ table, messaging, logger, now = Date.now }: JudgeOptions): Judge {
  let announcing: Promise<void> = Promise.resolve();

  const judge = async (): Promise<AlertsReport> => {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      // In this order: observations from before the state was read could turn back what somebody else has just settled.
      const { state: previous, version } = await table.readState();
      const at = now();
      const verdict = evaluate(await table.observe(at), at);
      const { kind, state } = settle(previous, verdict);
      if (kind === 'changed') {
        const written = await table.writeState(state, version);
        if (written === undefined) continue;
        for (const { facts } of state.unannounced) {
          logger[facts.state === 'red' ? 'warn' : 'info']('alert_changed', facts);
        }
        announcing = announcing.then(() => announce(state, written));
      }
      return reportOf(state, verdict);
    }
    throw new Error(`The state of the alerts changed ${MAX_ATTEMPTS} times while it was looked at.`);
  };

  /** Never throws: what could not be announced stays in the state, and is announced once the claim has run out. */
  const announce = async (claimed: StoredState, version: string): Promise<void> => {
    if (claimed.unannounced.length === 0) return;
    try {
      const rows = claimed.unannounced.map(({ eventId, timestamp, facts }) =>
        outboxRow('AlertChanged', facts, { now: new Date(timestamp), eventId }),
      );
      await messaging.send(topics.systemMetrics, rows.map(messageOf));
      await forget(new Set(rows.map(({ event_id }) => event_id)), claimed, version);
    } catch (error) {
      logger.warn('alert_not_announced', { changes: claimed.unannounced.length, error });
    }
  };

  const forget = async (eventIds: ReadonlySet<string>, claimed: StoredState, version: string): Promise<void> => {
    let current: { state: StoredState | undefined; version: string | undefined } = { state: claimed, version };
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && current.state !== undefined; attempt += 1) {
      if ((await table.writeState(announced(current.state, eventIds), current.version)) !== undefined) return;
      current = await table.readState();
    }
  };

  let underWay: Promise<AlertsReport> | undefined;
  let next: Promise<AlertsReport> | undefined;
  const begin = () => {
    next = undefined;
    underWay = judge().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };

  return {
    judge() {
      if (underWay === undefined) return begin();
      next ??= underWay.then(begin, begin);
      return next;
    },
    async idle() {
      await announcing;
    },
  };
}
