import { globSync } from 'node:fs';
import { createRequire, findSourceMap } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { explainFaults } from '../config/explain-faults.ts';
import { readJsonFile } from '../config/read-json-file.ts';
import { StartupError } from '../startup-error.ts';
import type { FunctionsCore } from './functions-core.ts';
import { makeHookContext } from './hooks.ts';

const packageSchema = z.object({
  main: z.string('the host loads the files it names, so it must be there'),
  type: z.string().optional(),
});

/**
 * Loads the app as the Node worker does: `main` of package.json is a glob pattern, and each file it matches is loaded
 * in turn, as an ES module or with require.
 * @throws StartupError when nothing could be loaded or no function was registered.
 */
export async function loadApp(core: FunctionsCore, appDirectory: string): Promise<void> {
  const packageFile = path.join(appDirectory, 'package.json');
  const content = readJsonFile(packageFile);
  if (content === undefined) throw new StartupError(`${packageFile} does not exist: the directory holds no built app.`);
  const parsed = packageSchema.safeParse(content);
  if (!parsed.success) throw explainFaults(packageFile, parsed.error);

  const files = entryPoints(appDirectory, parsed.data.main);
  const testMode = watchForTestMode();
  try {
    for (const file of files) await loadFile(file, parsed.data.type === 'module');
    await runAppStart(core, appDirectory);
  } finally {
    testMode.stop();
  }
  if (testMode.wasAnnounced()) {
    throw new StartupError(
      'The app loaded a copy of @azure/functions that runs in test mode: it did not reach this host. Keep "@azure/functions-core" external in the bundle, and load CommonJS without module loader hooks.',
    );
  }
  if (core.functions.size === 0) {
    throw new StartupError(
      `No function was registered by ${files.map((file) => path.relative(appDirectory, file)).join(', ')}. Check that "main" of package.json names the files that call app.http(), app.timer() and so on.`,
    );
  }
}

export async function runAppTerminate(core: FunctionsCore): Promise<void> {
  await core.hooks.run('appTerminate', appLevelContext(core, {}));
}

async function runAppStart(core: FunctionsCore, appDirectory: string): Promise<void> {
  await core.hooks.run('appStart', appLevelContext(core, { functionAppDirectory: appDirectory }));
  const capabilities = await core.model()?.getCapabilities?.({ RawHttpBodyBytes: 'true', TypedDataCollection: 'true' });
  if (capabilities?.HttpUri !== undefined) {
    throw new StartupError('The app calls app.setup({ enableHttpStream: true }), which this host does not support.');
  }
  core.lock();
}

function appLevelContext(core: FunctionsCore, own: object): object {
  return makeHookContext(own, {
    hookData: () => core.hooks.appLevelHookData,
    appHookData: () => core.hooks.appHookData,
  });
}

function entryPoints(appDirectory: string, main: string): string[] {
  const pattern = main.replace(/^\.\//, '');
  const files = globSync(pattern, { cwd: appDirectory, exclude: (name) => name === 'node_modules' }).sort();
  if (files.length === 0) {
    throw new StartupError(
      `Worker was unable to load entry point "${main}": Found zero files matching the supplied pattern in ${appDirectory}.`,
    );
  }
  return files.map((file) => path.join(appDirectory, file));
}

async function loadFile(file: string, isModulePackage: boolean): Promise<void> {
  const isModule = file.endsWith('.mjs') || (isModulePackage && !file.endsWith('.cjs'));
  try {
    if (isModule) await import(pathToFileURL(file).href);
    else createRequire(import.meta.url)(file);
    // Read now: the first error's stack would otherwise stop the process for half a second in the middle of its work.
    findSourceMap(file);
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    throw new StartupError(`Worker was unable to load entry point "${file}":\n${reason}`, { cause });
  }
}

/** `@azure/functions` only warns when it finds no host, and then registers nothing. */
function watchForTestMode(): { wasAnnounced(): boolean; stop(): void } {
  const originalWarn = console.warn;
  let announced = false;
  console.warn = (...args: unknown[]) => {
    announced ||= typeof args[0] === 'string' && args[0].includes('@azure/functions') && /test mode/.test(args[0]);
    originalWarn(...args);
  };
  return {
    wasAnnounced: () => announced,
    stop() {
      console.warn = originalWarn;
    },
  };
}
