import type { ReactNode } from 'react';
import { recentTotals } from '../charts/chart-window.ts';
import { countDeadLetters } from '../dead-letters/dead-letters.ts';
import { useBoard } from '../live/use-board.ts';
import { levelOf } from '../stock/stock.ts';
import { useNow } from './clock.ts';
import { formatAge, formatCount } from './formats.ts';
import { Glyph, type GlyphName } from './glyph.tsx';
import type { Tone } from './mark.tsx';

const RATE_WINDOW_S = 10;

/** The few numbers that an operator looks at first, after the status. */
export function Vitals() {
  return (
    <section className="vitals" aria-label="Vital numbers">
      <ThroughputVital />
      <PendingVital />
      <BreakerVital />
      <DeadLettersVital />
      <LowStockVital />
    </section>
  );
}

interface VitalProps {
  readonly name: string;
  readonly value: ReactNode;
  readonly note: string;
  readonly tone?: Tone;
  readonly glyph?: GlyphName;
}

function Vital({ name, value, note, tone = 'quiet', glyph }: VitalProps) {
  return (
    <div className={`vital tone-${tone}`}>
      <h2>{name}</h2>
      <p className="vital-value">
        {glyph !== undefined && <Glyph name={glyph} />}
        <span>{value}</span>
      </p>
      <p className="vital-note">{note}</p>
    </div>
  );
}

function ThroughputVital() {
  const seconds = useBoard((board) => board.seconds);
  const now = useNow();
  const { count } = recentTotals(seconds, now, RATE_WINDOW_S, 'order');
  const rate = count / RATE_WINDOW_S;
  return (
    <Vital
      name="Requests"
      value={rate > 0 && rate < 10 ? rate.toFixed(1) : formatCount(rate)}
      note="per second, Order service"
    />
  );
}

const PENDING_IS_OLD_MS = 15_000;

function PendingVital() {
  const { value, error } = useBoard((board) => board.pending);
  const now = useNow();
  if (value === undefined) return <Vital name="Pending orders" value="–" note={error ?? 'reading'} />;
  const age = value.oldestAt === undefined ? undefined : now - value.oldestAt;
  const old = age !== undefined && age > PENDING_IS_OLD_MS;
  const oldest = age === undefined ? 'none waits' : `oldest ${value.more ? 'over ' : ''}${formatAge(age)}`;
  return (
    <Vital
      name="Pending orders"
      value={`${formatCount(value.count)}${value.more ? '+' : ''}`}
      note={error === undefined ? oldest : `${oldest} · not fresh`}
      {...(old && { tone: 'warning', glyph: 'clock' })}
    />
  );
}

function BreakerVital() {
  const { state, asOf } = useBoard((board) => board.breaker);
  const now = useNow();
  switch (state) {
    case undefined:
      return <Vital name="Breaker" value="–" note="nobody told yet" />;
    case 'closed':
      return <Vital name="Breaker" value="Closed" note="the warehouse is asked" tone="good" glyph="check" />;
    case 'half_open':
      return <Vital name="Breaker" value="Half-open" note="one call tries it" tone="warning" glyph="warning" />;
    case 'open':
      return (
        <Vital
          name="Breaker"
          value="Open"
          note={`orders do not wait · as of ${formatAge(now - asOf)} ago`}
          tone="bad"
          glyph="cross"
        />
      );
  }
}

function DeadLettersVital() {
  const counted = countDeadLetters(useBoard((board) => board.deadLetters));
  if (counted === undefined) return <Vital name="Dead letters" value="–" note="reading" />;
  const value = `${formatCount(counted.count)}${counted.more ? '+' : ''}`;
  if (counted.count === 0) return <Vital name="Dead letters" value={value} note="none wait for you" />;
  return <Vital name="Dead letters" value={value} note="wait for you" tone="warning" glyph="warning" />;
}

function LowStockVital() {
  const { rows, known } = useBoard((board) => board.stock);
  if (!known) return <Vital name="Low stock" value="–" note="reading" />;
  const levels = [...rows.values()].map(levelOf);
  const out = levels.filter((level) => level === 'out').length;
  const low = levels.filter((level) => level === 'low').length;
  if (out > 0) {
    return <Vital name="Low stock" value={formatCount(out + low)} note={`${out} sold out`} tone="bad" glyph="cross" />;
  }
  if (low > 0)
    return <Vital name="Low stock" value={formatCount(low)} note="running low" tone="warning" glyph="down" />;
  return <Vital name="Low stock" value="0" note={`of ${formatCount(rows.size)} products`} />;
}
