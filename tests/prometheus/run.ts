/**
 * `npm run test:prometheus`: a real Prometheus scrapes the running system with the configuration of this repository, its
 * own tool lints every metric, and every panel of the Grafana dashboard finds data.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Endpoints } from '../../local/endpoints.ts';
import { makeShop } from '../system/shop.ts';
import { startSystem } from '../system/start.ts';
import { until } from '../system/until.ts';
import { findPrometheus, type PrometheusBinaries } from './binaries.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const jobs = (endpoints: Endpoints) => ({
  order: endpoints.order,
  'functions-inventory': endpoints.inventory,
  'grpc-inventory-host': endpoints.grpcHealth,
});

async function lint(promtool: string, url: string): Promise<string> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const child = spawn(promtool, ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  child.stdin.end(metrics);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  const complaints = (await said).join('').trim();
  return code === 0 && complaints === '' ? '' : complaints || `exit code ${code}`;
}

/** The repository's own configuration, with the ports of this run. */
async function configFor(endpoints: Endpoints): Promise<string> {
  let config = await readFile(join(root, 'docs/observability/prometheus.yml'), 'utf8');
  const ports = { 7071: endpoints.order, 7072: endpoints.inventory, 7073: endpoints.grpcHealth };
  for (const [port, url] of Object.entries(ports)) {
    const target = `127.0.0.1:${port}`;
    if (!config.includes(target)) throw new Error(`docs/observability/prometheus.yml does not scrape ${target}.`);
    config = config.replace(target, new URL(url).host);
  }
  return config
    .replace('scrape_interval: 5s', 'scrape_interval: 1s')
    .replace('scrape_timeout: 3s', 'scrape_timeout: 1s');
}

const dashboardSchema = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
});
const answerSchema = z.object({ status: z.literal('success'), data: z.object({ result: z.array(z.unknown()) }) });

/** What appears only when something goes wrong, and is rightly empty while all is well. */
const QUIET_WHEN_WELL = /5\.\.|crash_simulations|gremlin|orders_refused|database_errors|histogram_quantile|_sum\[/;

async function scrape({ prometheus, promtool }: PrometheusBinaries): Promise<string[]> {
  const system = await startSystem();
  const home = await mkdtemp(join(tmpdir(), 'valerix-prometheus-'));
  const faults: string[] = [];
  let server: ReturnType<typeof spawn> | undefined;
  try {
    const endpoints = await system.endpoints();
    const shop = makeShop(endpoints);
    for (let n = 0; n < 5; n++) await shop.order({ productId: 'espresso-beans-1kg', quantity: 1 });
    for (const [job, url] of Object.entries(jobs(endpoints))) {
      const complaints = await lint(promtool, url);
      console.log(`  promtool check metrics, ${job}: ${complaints === '' ? 'clean' : complaints}`);
      if (complaints !== '') faults.push(`promtool about ${job}: ${complaints}`);
    }

    const config = join(home, 'prometheus.yml');
    await writeFile(config, await configFor(endpoints));
    const address = `127.0.0.1:${Number(new URL(endpoints.order).port) + 40}`;
    const data = join(home, 'data');
    server = spawn(
      prometheus,
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${data}`,
        `--web.listen-address=${address}`,
        '--log.level=error',
      ],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    );
    const query = async (expr: string) => {
      const response = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(expr)}`);
      const body: unknown = await response.json();
      const answer = answerSchema.safeParse(body);
      if (!answer.success) throw new Error(`Prometheus cannot evaluate ${expr}: ${JSON.stringify(body)}`);
      return answer.data.data.result;
    };
    await until('Prometheus to have scraped all three', async () => {
      const up = await query('up == 1').catch(() => []);
      return up.length === 3;
    });
    console.log('  a real Prometheus scrapes all three processes');

    const { panels } = dashboardSchema.parse(
      JSON.parse(await readFile(join(root, 'docs/observability/grafana-dashboard.json'), 'utf8')),
    );
    for (const { title, targets } of panels) {
      for (const { expr } of targets) {
        const found = await until(`data for ${expr}`, async () => (await query(expr)).length > 0 || undefined, {
          timeoutMs: QUIET_WHEN_WELL.test(expr) ? 0 : 15_000,
        }).catch((error: unknown) => {
          if (QUIET_WHEN_WELL.test(expr) && String(error).includes('in vain')) return true;
          faults.push(`${title}: ${error instanceof Error ? error.message : error}`);
          return false;
        });
        if (!found) continue;
      }
    }
    console.log(`  the queries of ${panels.length} Grafana panels are valid, and those that should find data do`);
  } finally {
    server?.kill('SIGKILL');
    await system.stop();
    await rm(home, { recursive: true, force: true });
  }
  return faults;
}

const binaries = await findPrometheus(join(root, 'node_modules/.cache/prometheus'));
if (binaries === undefined) {
  console.error(
    'not checked: no Prometheus on the PATH, and none to be had from Debian. Install it, then run this again.',
  );
  process.exitCode = 1;
} else {
  const faults = await scrape(binaries);
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
