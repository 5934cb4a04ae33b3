import { formatSeconds } from './console-table.ts';
import { writeOwnRunSettings } from './emulators-only.ts';
import { removeEndpoints, writeEndpoints } from './endpoints.ts';
import { claimHome, homeAt, openSecrets, wipeHome } from './home.ts';
import { makeChildRegistry, stopLeftovers } from './leftovers.ts';
import { takeLock } from './lock.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { planParts } from './parts.ts';
import { explainTakenPorts, findTakenPorts, planPorts } from './ports.ts';
import { openProcessLog } from './process-log.ts';
import { StartRefused } from './start-refused.ts';
import { describeEndpoints, formatFirstSteps, formatStatus } from './status.ts';
import { watchForStop } from './stop-requests.ts';
import { makeSystem } from './system.ts';

async function up(options: Options): Promise<void> {
  const begun = performance.now();
  const home = homeAt(options.home);
  await claimHome(home);
  const giveLockBack = takeLock(home.lock);
  process.once('exit', giveLockBack);

  const stopped = await stopLeftovers(home.children);
  removeEndpoints(home);
  if (options.fresh) await wipeHome(home);
  const log = openProcessLog(home.logs, 'supervisor');
  const say = (text: string) => {
    console.log(text);
    log.write(`${text}\n`);
  };
  if (stopped.length > 0) say(`Stopped what an earlier run had left running: ${stopped.join(', ')}.`);
  if (options.fresh) say(`Deleted the data of earlier runs in ${home.directory}.`);

  const secrets = await openSecrets(home);
  const plan = planParts(options, home, secrets, planPorts(options.portBase), process.env);
  const parts = [...plan.standIns, ...plan.services];
  const taken = await findTakenPorts(
    plan.ports,
    parts.flatMap((part) => part.ports),
  );
  if (taken.length > 0) throw new StartRefused(explainTakenPorts(taken));

  const registry = makeChildRegistry(home.children);
  const signalOf = new Map<string, NodeJS.Signals>(parts.map((part) => [part.name, part.stopSignal]));
  let ready = false;
  const publish = () => ready && writeEndpoints(home, describeEndpoints(plan, secrets, options, system));
  const system = makeSystem(plan, home.logs, {
    started(name, pid) {
      registry.record(name, pid, signalOf.get(name) ?? 'SIGTERM');
      publish();
    },
    firstHealthy: (name, tookMs) => say(`  ${name.padEnd(10)}  healthy after ${formatSeconds(tookMs)}`),
    healthy: (name, tookMs) => log.write(`${name} healthy ${formatSeconds(tookMs)} after this start\n`),
    ended(name, how, delayMs) {
      say(`${time()} ${name} ended (${how}), starting it again ${delayMs === 0 ? 'now' : `in ${delayMs} ms`}`);
    },
  });

  const stop = async () => {
    ready = false;
    removeEndpoints(home);
    await system.stop();
    registry.clear();
  };
  const kill = () => {
    system.kill();
    removeEndpoints(home);
  };
  // Whatever ends this process, no child outlives it.
  process.once('exit', () => system.kill());
  const isStopping = watchForStop({ say, stop, kill });

  say(`Starting Valerix in ${home.directory}`);
  try {
    await system.start();
  } catch (fault) {
    // Ctrl+C during the start makes it fail; the request itself ends the process.
    if (isStopping()) return;
    say('Stopping what was started ...');
    await stop();
    throw fault;
  }
  if (isStopping()) return;
  ready = true;
  publish();
  say(`Everything is healthy after ${formatSeconds(performance.now() - begun)}.\n`);
  say(`${formatStatus(plan, system, process.cwd())}\n`);
  const endpoints = describeEndpoints(plan, secrets, options, system);
  say(options.emulatorsOnly ? await writeOwnRunSettings(plan, home) : formatFirstSteps(endpoints, home, process.cwd()));
  say('\nCtrl+C stops everything.');
}

function time(): string {
  return new Date().toTimeString().slice(0, 8);
}

try {
  const options = parseOptions(process.argv.slice(2), process.env, process.cwd());
  if (options === undefined) console.log(USAGE);
  else await up(options);
} catch (fault) {
  console.error(fault instanceof StartRefused ? `\n${fault.message}` : fault);
  process.exit(1);
}
