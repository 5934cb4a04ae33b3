import type { DrillReport } from './drill.ts';
import { type Lane, makeLane } from './lane.ts';
import { parseRunOptions, type RunOptions, usage } from './options.ts';
import { derivedSeed } from './random.ts';
import { scenariosFor } from './scenarios/index.ts';

let lanes: readonly Lane[] = [];

/** Every scenario once, then again with other seeds while there is time; answers whether all promises held. */
async function run(options: RunOptions): Promise<boolean> {
  const scenarios = scenariosFor(options);
  if (options.isList) {
    for (const { name, what } of scenarios) console.log(`${name.padEnd(20)} ${what}`);
    return true;
  }
  const startedAt = performance.now();
  const minutes = () => (performance.now() - startedAt) / 60_000;
  console.log(`seed ${options.seed}, ${options.orders} orders in each of ${scenarios.length} drills`);
  const reports: DrillReport[] = [];
  let next = 0;
  const work = async (lane: Lane) => {
    while (next < scenarios.length || minutes() < options.minutes) {
      const round = Math.floor(next / scenarios.length);
      const scenario = scenarios[next % scenarios.length];
      next += 1;
      if (scenario === undefined) return;
      const seed = round === 0 ? options.seed : derivedSeed(options.seed, 'round', round) % 1_000_000;
      reports.push(await lane.run(scenario, seed));
    }
    await lane.leave({ keep: false });
  };
  lanes = Array.from({ length: options.lanes }, () => makeLane(options));
  await Promise.all(lanes.map(work));

  const sum = (of: (report: DrillReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  const broken = new Set(reports.filter(({ breaches }) => breaches.length > 0).map(({ name }) => name));
  const faults = sum((report) => [...report.faults.values()].reduce((total, times) => total + times, 0));
  console.log(
    `${reports.length} drills in ${minutes().toFixed(1)} min, ${sum((report) => report.accepted)} orders accepted, ` +
      `${faults} faults, ${sum((report) => report.breaches.length)} breaches` +
      `${broken.size === 0 ? ': every promise held' : ` in ${[...broken].join(', ')}`}`,
  );
  return broken.size === 0;
}

let options: RunOptions;
try {
  options = parseRunOptions(process.argv.slice(2));
  scenariosFor(options);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void Promise.all(lanes.map((lane) => lane.leave({ keep: true }))).finally(() => process.exit(130));
  });
}
// What a broken drill left running must not keep a run from ending.
process.exit((await run(options)) ? 0 : 1);
