import { checkAgreement } from './agreement/agreement.ts';
import { checkInventory } from './check-inventory.ts';
import { checkOrders } from './check-orders.ts';
import { type CountDeadLetters, checkDeadLetters } from './dead-letters.ts';
import type { CheckResult } from './finding.ts';
import { type Limits, limitsOf } from './limits.ts';
import type { Query } from './pages.ts';
import { makeTally } from './tally.ts';

/** What the reconciler reads. */
export interface Sources {
  readonly orders: Query;
  readonly inventory: Query;
  readonly deadLetters?: CountDeadLetters | undefined;
}

export interface Report {
  readonly strict: boolean;
  readonly durationMs: number;
  /** Sums over the checks. */
  readonly examined: number;
  readonly inFlight: number;
  readonly breaches: number;
  readonly checks: readonly CheckResult[];
}

/** Holds the books of both services to every promise that they can show. Reads only; safe beside live traffic. */
export async function reconcile(sources: Sources, wanted: Partial<Limits> = {}): Promise<Report> {
  const limits = limitsOf(wanted);
  const startedAt = performance.now();
  const agreement = makeTally('agreement', limits.kept);
  const checks = [...(await checkInventory(sources.inventory, limits)), ...(await checkOrders(sources.orders, limits))];
  await checkAgreement(sources.orders, sources.inventory, agreement, limits);
  checks.push(agreement.result());
  if (sources.deadLetters !== undefined) {
    const deadLetters = makeTally('dead_letters', limits.kept);
    await checkDeadLetters(sources.deadLetters, deadLetters);
    checks.push(deadLetters.result());
  }
  const sum = (count: (result: CheckResult) => number) => checks.reduce((total, result) => total + count(result), 0);
  return {
    strict: limits.strict,
    durationMs: Math.round(performance.now() - startedAt),
    examined: sum(({ examined }) => examined),
    inFlight: sum(({ inFlight }) => inFlight),
    breaches: sum(({ breaches }) => breaches),
    checks,
  };
}
