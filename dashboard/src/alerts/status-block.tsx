import type { AlertFacts, AlertRule } from '@valerix/contracts/alerts-api';
import { useNow } from '../app/clock.ts';
import { formatAge, formatMoment, formatMs, formatShare } from '../app/formats.ts';
import { Glyph } from '../app/glyph.tsx';
import { Mark } from '../app/mark.tsx';
import { ruleNames } from '../journal/journal.ts';
import { useBoard } from '../live/use-board.ts';
import { type Alerts, type Verdict, verdictOf } from './alerts.ts';
import './status-block.css';

const rules: readonly AlertRule[] = ['response_time', 'error_rate', 'health', 'backup'];

const HOUR_MS = 60 * 60 * 1_000;
const headlines = { green: 'All systems well', red: 'Trouble', unknown: 'State not known' } as const;

/** Is it well, why not, and since when: the first thing on the page. */
export function StatusBlock() {
  const alerts = useBoard((board) => board.alerts);
  const verdict = verdictOf(alerts);
  return (
    <section className={`status status-${verdict.state}`} id="status" aria-labelledby="status-title" tabIndex={-1}>
      <Overall alerts={alerts} verdict={verdict} />
      <ul className="rules">
        {rules.map((rule) => (
          <Rule key={rule} rule={rule} status={alerts.rules.get(rule)?.status} windowSeconds={alerts.windowSeconds} />
        ))}
      </ul>
      {/* Says only what changed its state: reasons hold numbers that change with every evaluation. */}
      <p className="visually-hidden" role="status">
        {verdict.state === 'red'
          ? `Trouble: ${verdict.red.map(({ rule }) => ruleNames[rule]).join(', ')}`
          : headlines[verdict.state]}
      </p>
    </section>
  );
}

function Overall({ alerts, verdict }: { readonly alerts: Alerts; readonly verdict: Verdict }) {
  const now = useNow();
  const { state, since, red } = verdict;
  return (
    <div className="overall">
      <span className="overall-sign">
        <Glyph name={state === 'green' ? 'check' : state === 'red' ? 'warning' : 'question'} />
      </span>
      <div>
        <h2 id="status-title">
          {state === 'red'
            ? `${headlines.red}: ${red.map(({ rule }) => ruleNames[rule].toLowerCase()).join(', ')}`
            : headlines[state]}
        </h2>
        <p className="overall-since">
          {since === undefined ? (
            (alerts.error ?? 'Asking the Inventory service…')
          ) : (
            <>
              since <time dateTime={new Date(since).toISOString()}>{formatMoment(since, now)}</time>, for{' '}
              {formatAge(now - since)}
              {alerts.error !== undefined && <> · not fresh: {alerts.error}</>}
            </>
          )}
        </p>
      </div>
    </div>
  );
}

interface RuleProps {
  readonly rule: AlertRule;
  readonly status: AlertFacts | undefined;
  readonly windowSeconds: number;
}

function Rule({ rule, status, windowSeconds }: RuleProps) {
  const now = useNow();
  if (status === undefined) {
    return (
      <li className="rule">
        <h3>{ruleNames[rule]}</h3>
        <p className="rule-value">–</p>
        <p className="rule-note">not evaluated yet</p>
      </li>
    );
  }
  const red = status.state === 'red';
  return (
    <li className={`rule rule-${status.state}`}>
      <h3>
        {ruleNames[rule]}
        <Mark tone={red ? 'bad' : 'good'} glyph={red ? 'cross' : 'check'}>
          {red ? 'Red' : 'Green'}
        </Mark>
      </h3>
      <p className="rule-value">{valueInWords(rule, status)}</p>
      <p className="rule-note">
        {red
          ? `For ${formatAge(now - Date.parse(status.since))}. ${status.reason}`
          : limitInWords(rule, status, windowSeconds)}
      </p>
    </li>
  );
}

function valueInWords(rule: AlertRule, { value, state }: AlertFacts): string {
  if (rule === 'health') return state === 'green' ? 'Healthy' : 'Unhealthy';
  if (rule === 'backup') return value === null ? 'none yet' : formatAge(value * HOUR_MS);
  if (value === null) return 'no requests';
  return rule === 'response_time' ? formatMs(value) : formatShare(value);
}

function limitInWords(rule: AlertRule, { threshold }: AlertFacts, windowSeconds: number): string {
  if (rule === 'backup') return `age of the last one, limit ${threshold ?? 0} h`;
  if (rule === 'health' || threshold === null) return 'every dependency answers';
  const limit = rule === 'response_time' ? formatMs(threshold) : formatShare(threshold);
  const what = rule === 'response_time' ? 'average' : 'share';
  return `${what} over ${windowSeconds} s, limit ${limit}`;
}
