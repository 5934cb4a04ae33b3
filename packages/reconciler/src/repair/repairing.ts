import type { Database } from '@valerix/platform/postgres';
import type { Finding, Repair } from '../finding.ts';
import type { Query } from '../pages.ts';

/** A database as a repair needs it. */
export type Repairable = Pick<Database, 'query' | 'transaction'>;

/** Both databases, and the run that the records of repairs name. */
export interface Repairing {
  readonly orders: Repairable;
  readonly inventory: Repairable;
  readonly runId: string;
}

/** What a repair came to. */
export type Attempt =
  | { readonly kind: 'repaired' }
  /** Somebody else, or an earlier repair of this run, has done it. */
  | { readonly kind: 'not_needed' }
  /** `why` continues a sentence. */
  | { readonly kind: 'not_possible'; readonly why: string };

export interface RepairOutcome {
  readonly finding: Finding;
  readonly attempt: Attempt;
}

/** One kind of repair. It reads what it depends on anew, since the finding may be old by now. */
export type RepairStep<K extends Repair['kind']> = (
  repairing: Repairing,
  repair: Extract<Repair, { kind: K }>,
  finding: Finding,
) => Promise<Attempt>;

export const repaired: Attempt = { kind: 'repaired' };
export const notNeeded: Attempt = { kind: 'not_needed' };
export const notPossible = (why: string): Attempt => ({ kind: 'not_possible', why });

const recordSql = `
  INSERT INTO repairs (run_id, check_name, subject, explanation, repair, before, after)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;

/** Writes down what a repair changed, in the transaction that changes it. */
export async function record(
  run: Query,
  { runId }: Repairing,
  { check, subject, explanation, repairable }: Finding,
  before: object,
  after: object,
): Promise<void> {
  const kind = repairable?.kind ?? 'none';
  await run(recordSql, [runId, check, subject, explanation, kind, JSON.stringify(before), JSON.stringify(after)]);
}
