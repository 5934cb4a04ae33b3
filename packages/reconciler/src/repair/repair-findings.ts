import { describeError } from '@valerix/platform/logger';
import { isUnavailable } from '@valerix/platform/postgres-errors';
import type { Finding, Repair } from '../finding.ts';
import { settleAsCancelled, settleAsShipped, writeDownAgain } from './lost-changes.ts';
import { giveBack, settleAsReleased } from './movements.ts';
import { checkNow, forgetKeys, freeClaims, price } from './orders.ts';
import { type Attempt, notPossible, type Repairing, type RepairOutcome } from './repairing.ts';
import { nameReservation, release, reserveAgain, ship } from './reservations.ts';
import { correctStock } from './stock.ts';

function attempt(repairing: Repairing, repair: Repair, finding: Finding): Promise<Attempt> {
  switch (repair.kind) {
    case 'correct_stock':
      return correctStock(repairing, repair, finding);
    case 'give_back':
      return giveBack(repairing, repair, finding);
    case 'settle_as_released':
      return settleAsReleased(repairing, repair, finding);
    case 'release':
      return release(repairing, repair, finding);
    case 'ship':
      return ship(repairing, repair, finding);
    case 'reserve_again':
      return reserveAgain(repairing, repair, finding);
    case 'name_reservation':
      return nameReservation(repairing, repair, finding);
    case 'settle_as_shipped':
      return settleAsShipped(repairing, repair, finding);
    case 'settle_as_cancelled':
      return settleAsCancelled(repairing, repair, finding);
    case 'write_down_again':
      return writeDownAgain(repairing, repair, finding);
    case 'price':
      return price(repairing, repair, finding);
    case 'check_now':
      return checkNow(repairing, repair, finding);
    case 'forget_keys':
      return forgetKeys(repairing, repair, finding);
    case 'free_claims':
      return freeClaims(repairing, repair, finding);
  }
}

/**
 * Repairs what can be repaired, one after the other and each in a transaction of its own, in the order in which the
 * checks found it: what the database refuses of one changes nothing and keeps no other from being repaired.
 */
export async function repairFindings(repairing: Repairing, findings: readonly Finding[]): Promise<RepairOutcome[]> {
  const outcomes: RepairOutcome[] = [];
  for (const finding of findings) {
    if (finding.repairable === null) continue;
    try {
      outcomes.push({ finding, attempt: await attempt(repairing, finding.repairable, finding) });
    } catch (error) {
      if (isUnavailable(error)) throw error;
      outcomes.push({ finding, attempt: notPossible(`the database refused it: ${describeError(error)}`) });
    }
  }
  return outcomes;
}
