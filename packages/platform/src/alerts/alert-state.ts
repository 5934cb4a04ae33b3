import { randomUUID } from 'node:crypto';
import { type AlertFacts, type AlertState, type AlertsReport, alertRules } from '@valerix/contracts/alerts-api';
import { SECOND } from '../durations.ts';
import type { StoredState } from './alert-rows.ts';
import { type Judgement, type Verdict, WINDOW_SECONDS } from './rules.ts';

/** Longer than a send may take: after that, whoever was about to announce has died. */
const CLAIM_MS = 10 * SECOND;
/** Changes kept for announcing while Service Bus is away, the newest. */
const MAX_UNANNOUNCED = 50;

/** What a verdict makes of the agreed state: `next` is to be written, with what then is ours to announce. */
export type Settlement =
  | { readonly kind: 'unchanged'; readonly state: StoredState }
  | { readonly kind: 'changed'; readonly state: StoredState };

/**
 * Changes the agreed state where the verdict says otherwise, and takes over announcements that another instance did not
 * live to make. A verdict about a time before the last change is too late: its instance's clock is behind.
 */
export function settle(
  previous: StoredState | undefined,
  verdict: Verdict,
  newId: () => string = randomUUID,
): Settlement {
  const timestamp = new Date(verdict.at).toISOString();
  const isLate = previous !== undefined && verdict.at < previous.changedAt;
  const changes = isLate ? [] : verdict.judgements.filter((judgement) => isNews(previous, judgement));
  const isAbandoned = previous !== undefined && previous.unannounced.length > 0 && previous.claimedUntil <= verdict.at;
  if (previous !== undefined && changes.length === 0 && !isAbandoned) return { kind: 'unchanged', state: previous };

  const standing = (state: AlertState) => ({ state, since: timestamp });
  const rules = {
    response_time: previous?.rules.response_time ?? standing('green'),
    error_rate: previous?.rules.error_rate ?? standing('green'),
    health: previous?.rules.health ?? standing('green'),
    backup: previous?.rules.backup ?? standing('green'),
    ...Object.fromEntries(changes.map(({ rule, state }) => [rule, standing(state)])),
  };
  const overall = alertRules.some((rule) => rules[rule].state === 'red') ? 'red' : 'green';
  const announcements = changes.map((judgement) => ({
    eventId: newId(),
    timestamp,
    facts: { ...judgement, since: timestamp },
  }));
  return {
    kind: 'changed',
    state: {
      overall: previous?.overall.state === overall ? previous.overall : standing(overall),
      rules,
      changedAt: changes.length > 0 || previous === undefined ? verdict.at : previous.changedAt,
      unannounced: [...(previous?.unannounced ?? []), ...announcements].slice(-MAX_UNANNOUNCED),
      claimedUntil: verdict.at + CLAIM_MS,
    },
  };
}

/** The state without announcements that were made. */
export function announced(state: StoredState, eventIds: ReadonlySet<string>): StoredState {
  return { ...state, unannounced: state.unannounced.filter(({ eventId }) => !eventIds.has(eventId)) };
}

/** What operators see: the agreed state with the figures of this verdict. */
export function reportOf({ overall, rules }: StoredState, { at, judgements, services }: Verdict): AlertsReport {
  return {
    ...overall,
    evaluatedAt: new Date(at).toISOString(),
    windowSeconds: WINDOW_SECONDS,
    rules: judgements.map(
      (judgement): AlertFacts => ({ ...judgement, since: overall.since, ...rules[judgement.rule] }),
    ),
    services: [...services],
  };
}

/** The first verdict of all is news only where something is wrong. */
function isNews(previous: StoredState | undefined, { rule, state }: Judgement): boolean {
  return state !== (previous?.rules[rule]?.state ?? 'green');
}
