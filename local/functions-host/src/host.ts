import type { Server } from 'node:http';
import path from 'node:path';
import { makeAdmin } from './admin.ts';
import { provideFunctionsCore } from './app/functions-core.ts';
import { type HostedFunction, hostFunction, isTriggeredBy } from './app/hosted-function.ts';
import { makeInvoker } from './app/invoker.ts';
import { loadApp, runAppTerminate } from './app/load-app.ts';
import type { CommandLine } from './command-line.ts';
import { makeAppSettings } from './config/app-settings.ts';
import { readHostJson } from './config/host-json.ts';
import { readAccessKeys } from './config/keys-file.ts';
import { applyLocalSettings, readLocalSettings } from './config/local-settings.ts';
import { readBodyLimit, readCorsPolicy } from './config/site-settings.ts';
import { listen } from './http/listen.ts';
import { makeRouter } from './http/router.ts';
import { makeHttpServer } from './http/server.ts';
import { makeListeners } from './listeners.ts';
import { makeLog } from './log.ts';
import { printFunctions } from './print-functions.ts';
import { makeServiceBusConnections } from './servicebus/connections.ts';
import { makeOutputDelivery } from './servicebus/outputs.ts';
import { makeTimerStatusStore } from './timers/timer-status.ts';

export interface RunningHost {
  readonly url: string;
  /** Takes no new work, lets what runs finish for at most `graceMs`, runs the app's appTerminate hooks. */
  stop(graceMs: number): Promise<void>;
}

export interface HostEvents {
  /** A function outran functionTimeout: the process must end. */
  onFunctionTimeout(): void;
}

const DEFAULT_PORT = 7071;
const DEFAULT_ADDRESS = '127.0.0.1';
/** Closing links politely is worth no more than this when the broker does not answer. */
const DISCONNECT_GRACE_MS = 2000;

/**
 * Loads the app into this process and serves it. State is process-wide (working directory, environment,
 * `@azure/functions-core`), so a process hosts one app once.
 * @throws StartupError saying what is wrong with the app or its settings.
 */
export async function startHost(given: CommandLine, env: NodeJS.ProcessEnv, events: HostEvents): Promise<RunningHost> {
  const { appDirectory } = given;
  const hostJson = readHostJson(appDirectory, env);
  const log = makeLog(hostJson.logging.logLevel, (line) => process.stdout.write(line));
  const settingsFile = given.settingsFile ?? path.join(appDirectory, 'local.settings.json');
  const localSettings = readLocalSettings(settingsFile, given.settingsFile !== undefined);
  for (const name of applyLocalSettings(localSettings, env)) {
    log('information', 'Host.Startup', `'${name}' of the settings file is skipped: the environment defines it`);
  }
  const settings = makeAppSettings(env);
  const keys = readAccessKeys(given.keysFile);
  const address = given.host ?? localSettings.Host.LocalHttpAddress ?? DEFAULT_ADDRESS;
  const port = given.port ?? localSettings.Host.LocalHttpPort ?? DEFAULT_PORT;
  const cors = readCorsPolicy(given, localSettings.Host, env);
  const bodyLimitBytes = readBodyLimit(env);
  enterAppEnvironment(env, appDirectory, port);

  const core = provideFunctionsCore(log);
  await loadApp(core, appDirectory);
  const functions = [...core.functions.values()].map((registered) => hostFunction(registered, settings, hostJson));

  const connections = makeServiceBusConnections(settings, appDirectory, log);
  const invoker = makeInvoker({
    core,
    log,
    deliverOutputs: makeOutputDelivery(connections),
    functionTimeoutMs: hostJson.functionTimeout,
    onTimeout: events.onFunctionTimeout,
  });
  const listeners = await makeListeners({
    functions,
    invoker,
    connections,
    serviceBus: hostJson.extensions.serviceBus,
    timerStatus: makeTimerStatusStore(given.stateDirectory),
    log,
  });
  const { http } = hostJson.extensions;
  const router = makeRouter(
    functions.filter((fn) => !fn.isDisabled).filter((fn) => isTriggeredBy(fn, 'http')),
    http.routePrefix,
  );
  let url = '';
  const urlOf = (fn: HostedFunction) => {
    const route = router.routes.find((candidate) => candidate.fn.name === fn.name);
    return route === undefined ? undefined : `${url}/${route.template.text}`;
  };
  const answerAdmin = makeAdmin({ functions, listeners, invoker, urlOf });
  const server = makeHttpServer({ router, invoker, keys, cors, http, bodyLimitBytes, answerAdmin });
  url = await listen(server, address, port);
  listeners.start();
  printFunctions({ functions, urlOf, keys });

  return {
    url,
    async stop(graceMs) {
      await withinGrace(graceMs, [closeServer(server), listeners.stop()]);
      server.closeAllConnections();
      await withinGrace(DISCONNECT_GRACE_MS, [connections.closeAll()]);
      await runAppTerminate(core);
    },
  };
}

/** What the real host and `func start` set for the app. */
function enterAppEnvironment(env: NodeJS.ProcessEnv, appDirectory: string, port: number): void {
  env.AZURE_FUNCTIONS_ENVIRONMENT = 'Development';
  env.AzureWebJobsScriptRoot = appDirectory;
  env.FUNCTIONS_WORKER_RUNTIME ??= 'node';
  env.WEBSITE_HOSTNAME ??= `localhost:${port}`;
  if (env.WEBSITE_TIME_ZONE) env.TZ = env.WEBSITE_TIME_ZONE;
  process.chdir(appDirectory);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

async function withinGrace(graceMs: number, work: Promise<unknown>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const graceOver = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([Promise.allSettled(work), graceOver]);
  clearTimeout(timer);
}
