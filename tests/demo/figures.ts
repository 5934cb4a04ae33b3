import type { KeptVisit } from './kept-books.ts';
import { hasBought, outcomeOf } from './outcome.ts';
import type { AffectedOrder, DemoRun, Figures, Outcome } from './report.ts';
import { outcomes } from './report.ts';
import { piecesWanted, type TimedEvent, type Visit } from './shoppers.ts';
import type { InjectedFault } from './warehouse.ts';

/** One visit, what was wrong at the time, and what the books say about it. */
export interface JudgedVisit {
  readonly visit: Visit;
  readonly act: string;
  readonly kept: KeptVisit;
}

type Measures = Pick<DemoRun, 'figures' | 'outcomes' | 'faults' | 'waitsMs' | 'recoveriesMs' | 'affected'>;

/** Adds a run up. */
export function measure(judged: readonly JudgedVisit[], faults: readonly InjectedFault[]): Measures {
  const orders = judged.map((each) => ({ ...describe(each, faults), holding: each.kept.holding, visit: each.visit }));
  const sum = (of: (order: (typeof orders)[number]) => number) => orders.reduce((total, each) => total + of(each), 0);
  const number = (is: (order: (typeof orders)[number]) => boolean) => orders.filter(is).length;
  const waitsMs = orders.map(({ order }) => order.waitMs);
  const recoveriesMs = orders.flatMap(({ order }) => order.recoveryMs ?? []);
  const figures: Figures = {
    orders: orders.length,
    answered: number(({ visit }) => visit.answer !== 'failed'),
    confirmed: number(({ order }) => order.piecesTold > 0),
    lost: number(({ order }) => order.outcome === 'lost'),
    doubleDeducted: number(({ holding }) => holding > 1),
    affected: number(({ isAffected }) => isAffected),
    piecesTold: sum(({ order }) => order.piecesTold),
    piecesDeducted: sum(({ order }) => order.piecesDeducted),
    wait: { p50Ms: share(waitsMs, 0.5), p95Ms: share(waitsMs, 0.95), maxMs: share(waitsMs, 1) },
    recovery: {
      orders: recoveriesMs.length,
      p50Ms: share(recoveriesMs, 0.5),
      p95Ms: share(recoveriesMs, 0.95),
      maxMs: share(recoveriesMs, 1),
    },
  };
  const withOutcome = (outcome: Outcome) => number(({ order }) => order.outcome === outcome);
  const withFault = (kind: InjectedFault['kind']) => faults.filter((fault) => fault.kind === kind).length;
  return {
    figures,
    outcomes: Object.fromEntries(outcomes.map((name) => [name, withOutcome(name)])) as Record<Outcome, number>,
    faults: {
      gremlin: withFault('gremlin'),
      error: withFault('error'),
      drop: withFault('drop'),
      exit: withFault('exit'),
    },
    waitsMs,
    recoveriesMs,
    affected: orders.filter(({ isAffected }) => isAffected).map(({ order }) => order),
  };
}

/** The smallest value that this share of all values does not exceed (nearest rank); 0 of none. */
export function share(values: readonly number[], of: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * of) - 1)] ?? 0;
}

function describe({ visit, act, kept }: JudgedVisit, faults: readonly InjectedFault[]) {
  const wanted = piecesWanted(visit.shopper);
  const outcome = outcomeOf(visit.answer, kept);
  const order: AffectedOrder = {
    shopper: visit.shopper.number,
    at: new Date(visit.beganAt).toISOString(),
    act,
    outcome,
    orderIds: [...visit.orderIds],
    tries: visit.tries,
    piecesWanted: wanted,
    piecesTold: hasBought(visit.answer, kept) ? wanted : 0,
    piecesDeducted: kept.piecesDeducted,
    waitMs: visit.waitMs,
    // The confirmation may overtake the answer that says it will come.
    recoveryMs:
      outcome === 'confirmed_later' && kept.confirmedAt !== undefined
        ? Math.max(0, kept.confirmedAt - visit.answeredAt)
        : null,
    timeline: timelineOf(visit, kept, faults),
  };
  return { order, isAffected: outcome !== 'confirmed' || visit.tries !== 1 };
}

/** The warehouse does not say which call a fault hit; a cut or a death hits all that are in flight. */
const faultWords: Record<InjectedFault['kind'], string> = {
  gremlin: 'delays a call, perhaps this one',
  error: 'answers an error to a call whose stock it took, perhaps this one',
  drop: 'takes the stock of a call, then cuts the connection of all',
  exit: 'takes the stock of a call, then dies with all that are in flight',
};

/** A delay is drawn right after a request and an error is heard right before an answer. */
const NEAR_MS = 150;

function mayHaveHit({ beganAt, answeredAt, events }: Visit, { at, kind }: InjectedFault): boolean {
  if (at < beganAt || at > answeredAt) return false;
  if (kind === 'drop' || kind === 'exit') return true;
  const whose = kind === 'gremlin' ? 'shopper' : 'shop';
  return events.some((event) => {
    const ms = kind === 'gremlin' ? at - event.at : event.at - at;
    return event.who === whose && ms >= 0 && ms <= NEAR_MS;
  });
}

function timelineOf(visit: Visit, kept: KeptVisit, faults: readonly InjectedFault[]): AffectedOrder['timeline'] {
  const suspected = faults.filter((fault) => mayHaveHit(visit, fault));
  const events: TimedEvent[] = [
    ...visit.events,
    ...kept.events,
    ...suspected.map(({ at, kind }) => ({ at, who: 'warehouse' as const, what: faultWords[kind] })),
  ];
  return events
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, who, what }) => ({ ms: Math.round(at - visit.beganAt), who, what }));
}
