/**
 * `npm run demo:reliability`: the same load twice under the same faults, with recovery switched off and as built. Writes
 * report.json and report.html; fails when a promise is broken as built.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { formatTable } from '../../local/console-table.ts';
import { type DemoOptions, parseDemoOptions, usage } from './options.ts';
import { comparison } from './page/comparison.ts';
import { page } from './page/page.ts';
import { type DemoReport, type DemoRun, demoReport } from './report.ts';
import { asBuilt, recoveryOff, runOnce, stopRunning } from './stage.ts';

const GIGABYTE = 2 ** 30;

async function demonstrate(options: DemoOptions): Promise<DemoReport> {
  const { orders, seed, concurrency } = options;
  const date = new Date().toISOString();
  const runs: DemoRun[] = [];
  for (const kind of [recoveryOff, asBuilt]) {
    runs.push(await runOnce(kind, options, (line) => console.log(`${kind.name.padEnd(12)}  ${line}`)));
  }
  const [naive, built] = runs;
  return demoReport.parse({
    command: `npm run demo:reliability -- --orders ${orders} --seed ${seed} --concurrency ${concurrency}`,
    seed,
    concurrency,
    date,
    machine: {
      cores: availableParallelism(),
      memoryGb: Math.round(totalmem() / GIGABYTE),
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      node: process.version,
      system: platform(),
    },
    naive,
    asBuilt: built,
    isProven: built?.breaches.length === 0,
  });
}

function show({ naive, asBuilt: built, isProven }: DemoReport): void {
  const rows = comparison([naive, built]).map(({ name, values }) => [name, ...values.map(({ text }) => text)]);
  console.log(`\n${formatTable([['', naive.name, built.name], ...rows])}\n`);
  for (const breach of naive.breaches) console.log(`${naive.name}: ${breach}`);
  if (naive.breaches.length === 0) console.log(`${naive.name}: nothing broke; try more orders or another seed.`);
  for (const breach of built.breaches) console.log(`${built.name}: ${breach}`);
  console.log(`${built.name}: ${isProven ? 'every promise held.' : `${built.breaches.length} promises broken.`}`);
}

function write(report: DemoReport, out: string): void {
  mkdirSync(out, { recursive: true });
  const files = { json: join(out, 'report.json'), html: join(out, 'report.html') };
  writeFileSync(files.json, `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(files.html, page(report));
  console.log(`\nreports: ${files.html}, ${files.json}`);
}

let options: DemoOptions;
try {
  options = parseDemoOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopRunning().finally(() => process.exit(130)));
}
const report = await demonstrate(options);
show(report);
write(report, options.out);
process.exitCode = report.isProven ? 0 : 1;
