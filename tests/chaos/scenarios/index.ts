import type { RunOptions } from '../options.ts';
import type { Scenario } from '../world.ts';
import { brokenStart } from './broken-start.ts';
import { clockJumps } from './clock-jumps.ts';
import { crashAfterCommit } from './crash-after-commit.ts';
import { crashPointDrill } from './crash-points.ts';
import { databaseNetwork } from './database-network.ts';
import { duplicatedEvents } from './duplicated-events.ts';
import { fullDatabase } from './full-database.ts';
import { kill9 } from './kill-9.ts';
import { postgresOutage } from './postgres-outage.ts';
import { serviceBusNetwork } from './servicebus-network.ts';
import { serviceBusRestart } from './servicebus-restart.ts';
import { slowWarehouse } from './slow-warehouse.ts';
import { storm } from './storm.ts';
import { twoInstances } from './two-instances.ts';
import { warehouseNetwork } from './warehouse-network.ts';

/** Every drill that was asked for, in the order in which a run takes them. */
export function scenariosFor(options: Pick<RunOptions, 'scenarios' | 'targets'>): Scenario[] {
  const all: readonly Scenario[] = [
    // The longest first, so that lanes side by side end at about the same time.
    storm,
    crashPointDrill,
    twoInstances,
    kill9(options.targets),
    clockJumps,
    serviceBusRestart,
    serviceBusNetwork,
    databaseNetwork,
    warehouseNetwork,
    crashAfterCommit,
    duplicatedEvents,
    postgresOutage,
    fullDatabase,
    slowWarehouse,
    brokenStart,
  ];
  // Whoever names a target wants the drill that has targets.
  const wanted = options.targets.length > 0 && options.scenarios.length === 0 ? ['kill-9'] : options.scenarios;
  for (const name of wanted) {
    if (!all.some((scenario) => scenario.name === name))
      throw new Error(`--scenario ${name}: must be one of ${all.map((scenario) => scenario.name).join(', ')}.`);
  }
  return all.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
}
