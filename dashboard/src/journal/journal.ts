import type { AlertRule } from '@valerix/contracts/alerts-api';
import type { AnyEvent } from '@valerix/contracts/events';
import { wordsOf } from '../chaos/chaos-words.ts';

export type Tone = 'good' | 'bad' | 'warning' | 'note';

/** Something that an operator would tell a colleague. */
export interface JournalEntry {
  readonly id: string;
  readonly at: number;
  readonly tone: Tone;
  readonly words: string;
  /** How often the same was said in a row. */
  readonly times: number;
}

/** Latest last, at most `ENTRIES_KEPT`. */
export type Journal = readonly JournalEntry[];

export const ENTRIES_KEPT = 100;
export const emptyJournal: Journal = [];

export const ruleNames: Readonly<Record<AlertRule, string>> = {
  response_time: 'Response time',
  error_rate: 'Error rate',
  health: 'Health',
  backup: 'Backup',
};

/** Adds what is worth telling; orders and measurements have their own places. */
export function hearNotable(journal: Journal, events: readonly AnyEvent[]): Journal {
  let after = journal;
  for (const event of events) {
    const told = tell(event);
    if (told !== undefined) after = write(after, { id: event.eventId, at: Date.parse(event.timestamp), ...told });
  }
  return after;
}

export function write(journal: Journal, entry: Omit<JournalEntry, 'times'>): Journal {
  const last = journal.at(-1);
  if (last !== undefined && last.words === entry.words) {
    return [...journal.slice(0, -1), { ...last, at: Math.max(last.at, entry.at), times: last.times + 1 }];
  }
  return [...journal, { ...entry, times: 1 }].slice(-ENTRIES_KEPT);
}

function tell(event: AnyEvent): { tone: Tone; words: string } | undefined {
  switch (event.eventType) {
    case 'AlertChanged': {
      const { rule, state, reason } = event.data;
      if (state === 'green') return { tone: 'good', words: `${ruleNames[rule]} is green again` };
      return { tone: 'bad', words: `${ruleNames[rule]} turned red: ${reason}` };
    }
    case 'CircuitBreakerChanged':
      return {
        closed: { tone: 'good', words: 'Breaker closed: the warehouse is asked again' } as const,
        half_open: { tone: 'warning', words: 'Breaker half-open: one call tries the warehouse' } as const,
        open: { tone: 'bad', words: 'Breaker open: orders no longer wait for the warehouse' } as const,
      }[event.data.state];
    case 'HealthChanged': {
      const { service, dependency, healthy } = event.data;
      return healthy
        ? { tone: 'good', words: `${service}: ${dependency} answers again` }
        : { tone: 'bad', words: `${service}: ${dependency} does not answer` };
    }
    case 'ChaosChanged': {
      const words = wordsOf(event.data);
      if (words.length > 0) return { tone: 'warning', words: `Faults on purpose: ${words.join('; ')}` };
      return {
        tone: 'note',
        words: event.data.cause === 'expiry' ? 'Faults on purpose expired' : 'Faults on purpose off',
      };
    }
    case 'ChaosInjected':
      return { tone: 'warning', words: `Fault injected on purpose: ${event.data.fault} in ${event.data.service}` };
    case 'LowStockAlert':
      return { tone: 'warning', words: `${event.data.productId} is low: ${event.data.currentStock} left` };
    case 'StockAdjusted':
      return event.data.reason === 'restocked'
        ? { tone: 'note', words: `${event.data.name} restocked by ${event.data.delta} to ${event.data.newStock}` }
        : undefined;
    default:
      return undefined;
  }
}
