import { randomUUID } from 'node:crypto';
import type { Limits } from './limits.ts';
import { type Report, reconcile, type Sources } from './reconcile.ts';
import { repairFindings } from './repair/repair-findings.ts';
import type { Repairable, RepairOutcome } from './repair/repairing.ts';

export interface RepairableBooks {
  readonly orders: Repairable;
  readonly inventory: Repairable;
  readonly deadLetters?: Sources['deadLetters'];
}

export interface RepairRun {
  /** What the records of the repairs name. */
  readonly runId: string;
  readonly before: Report;
  /** Every repair that was tried; one that only another made possible appears again. */
  readonly outcomes: readonly RepairOutcome[];
  /** What remains. */
  readonly after: Report;
}

/** A repair can make another possible (a reservation, then the prices it carries); none needs a longer chain than this. */
const MAX_ROUNDS = 10;

/** Examines, repairs what can be repaired, and examines again, until nothing more can be done. */
export async function reconcileAndRepair(books: RepairableBooks, wanted: Partial<Limits> = {}): Promise<RepairRun> {
  const runId = randomUUID();
  const sources: Sources = {
    orders: books.orders.query,
    inventory: books.inventory.query,
    deadLetters: books.deadLetters,
  };
  const before = await reconcile(sources, wanted);
  const outcomes: RepairOutcome[] = [];
  let after = before;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const findings = after.checks.flatMap((result) => result.findings);
    const tried = await repairFindings({ orders: books.orders, inventory: books.inventory, runId }, findings);
    if (tried.length === 0) break;
    outcomes.push(...tried);
    after = await reconcile(sources, wanted);
    if (tried.every(({ attempt }) => attempt.kind !== 'repaired')) break;
  }
  return { runId, before, outcomes, after };
}
