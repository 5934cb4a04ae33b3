import { type DrillReport, drill, notBegun } from './drill.ts';
import type { RunOptions } from './options.ts';
import { derivedSeed, seededRandom } from './random.ts';
import { newPlace, openStage, type Place, type Stage } from './stage.ts';
import type { Scenario } from './world.ts';

/** Runs drills one after the other. Several lanes side by side use the time in which each waits for quiet. */
export interface Lane {
  run(scenario: Scenario, seed: number): Promise<DrillReport>;
  /** Stops what the lane runs. */
  leave(options: { keep: boolean }): Promise<void>;
}

export function makeLane(options: RunOptions): Lane {
  /** What drills stand on; they share it while it is whole. */
  let stage: Stage | undefined;
  let isShared = false;
  let place: Place | undefined;

  const leave: Lane['leave'] = async (how) => {
    const left = stage;
    stage = undefined;
    await left?.close(how);
  };
  const enter = async (scenario: Scenario, seed: number): Promise<Stage> => {
    const wantsShared = scenario.ground !== 'whole';
    if (stage !== undefined && isShared && wantsShared) return stage;
    await leave({ keep: false });
    place = await newPlace();
    await scenario.prepare?.(place.home, place.portBase, seededRandom(derivedSeed(seed, 'prepare')));
    stage = await openStage(place, { whole: !wantsShared });
    isShared = wantsShared;
    return stage;
  };

  return {
    async run(scenario, seed) {
      const ofDrill = derivedSeed(seed, scenario.name);
      const report = await enter(scenario, seed).then(
        (entered) => drill(scenario, entered, { ...options, seed: ofDrill }),
        (error: unknown) => notBegun(scenario.name, ofDrill, error instanceof Error ? error.message : String(error)),
      );
      const isBroken = report.breaches.length > 0;
      console.log(summaryOf(report));
      if (isBroken) console.log(detailsOf(report, seed, options, place?.home ?? ''));
      // A breach stays in the books, so the drills after it need new ones.
      if (isBroken || !isShared) await leave({ keep: isBroken });
      return report;
    },
    leave,
  };
}

const BREACHES_SHOWN = 25;

function summaryOf(report: DrillReport): string {
  const faults = [...report.faults].filter(([, times]) => times > 0).map(([kind, times]) => `${times} x ${kind}`);
  if (report.restarts > 0) faults.push(`${report.restarts} restarts`);
  return (
    `${report.breaches.length === 0 ? 'ok    ' : 'BROKEN'} ${report.name.padEnd(20)} ` +
    `${report.accepted} accepted, ${report.broken} lost or 503, slowest ${(report.slowestMs / 1000).toFixed(1)} s, ` +
    `${report.seconds.toFixed(0)} s (${report.quietSeconds.toFixed(0)} s to quiet), ` +
    `${report.examined} facts, ${report.breaches.length} breaches\n       ${faults.join(', ')}`
  );
}

function detailsOf({ name, breaches }: DrillReport, seed: number, options: RunOptions, home: string): string {
  const { orders, concurrency, isShort, targets } = options;
  const arguments_ = [
    `--scenario ${name} --seed ${seed} --orders ${orders} --concurrency ${concurrency}`,
    ...targets.map((target) => `--target ${target}`),
    ...(isShort ? ['--short --lanes 1'] : []),
  ];
  return [
    ...breaches.slice(0, BREACHES_SHOWN),
    ...(breaches.length > BREACHES_SHOWN ? [`... and ${breaches.length - BREACHES_SHOWN} more`] : []),
    `repeat it: npm run test:chaos -- ${arguments_.join(' ')}`,
    `data and logs: ${home}`,
  ]
    .map((line) => `       ${line}`)
    .join('\n');
}
