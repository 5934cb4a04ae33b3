import Module from 'node:module';
import type { Log } from '../log.ts';
import { functionCategory, userCategory } from '../log.ts';
import { type Hooks, makeHookContext, makeHooks } from './hooks.ts';
import type {
  FunctionCallback,
  FunctionMetadata,
  HookCallback,
  LogCategory,
  LogLevel,
  ProgrammingModel,
} from './rpc-types.ts';
import { SystemError } from './system-errors.ts';

export const HOST_VERSION = '4.1052.200';
const WORKER_VERSION = '3.13.0';

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

interface LogOrigin {
  functionName?: string;
  hookData?: object;
  invocationContext?: unknown;
}

export interface FunctionsCore {
  readonly hooks: Hooks;
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  model(): ProgrammingModel | undefined;
  /** Ends the start-up phase: registering and disposing functions throws from now on. */
  lock(): void;
  log(level: LogLevel, category: LogCategory, message: string, origin?: LogOrigin): void;
}

/**
 * Provides the module `@azure/functions-core`, which `@azure/functions` requires and which only a host has.
 * State is process-wide, as in the real worker: one app per process.
 */
export function provideFunctionsCore(log: Log): FunctionsCore {
  const hooks = makeHooks();
  const functions = new Map<string, RegisteredFunction>();
  let model: ProgrammingModel | undefined;
  let isLocked = false;

  const core: FunctionsCore = {
    hooks,
    functions,
    model: () => model,
    lock() {
      isLocked = true;
    },
    log: (level, category, message, origin = {}) => writeLog(log, hooks, level, category, message, origin),
  };

  answerRequire('@azure/functions-core', {
    version: WORKER_VERSION,
    hostVersion: HOST_VERSION,
    Disposable,
    setProgrammingModel(newModel: ProgrammingModel) {
      model = newModel;
    },
    getProgrammingModel: () => model,
    registerFunction(metadata: FunctionMetadata, callback: FunctionCallback) {
      if (isLocked) throw new SystemError('A function can only be registered during app startup.');
      const id = metadata.name;
      if (functions.has(id)) throw new SystemError(`A function with id "${id}" has already been registered.`);
      functions.set(id, { metadata, callback });
      return new Disposable(() => {
        if (isLocked) throw new SystemError('A function can only be disposed during app startup.');
        functions.delete(id);
      });
    },
    registerHook: (name: string, callback: HookCallback) => new Disposable(hooks.register(name, callback)),
    log: core.log,
  });
  return core;
}

/**
 * Makes every `require(id)` of the process return `provided`. The real worker does the same; it also reaches
 * `createRequire`, and so the `require` of a bundle in ESM format.
 */
function answerRequire(id: string, provided: object): void {
  Module.prototype.require = new Proxy(Module.prototype.require, {
    apply: (target, self, args: unknown[]) => (args[0] === id ? provided : Reflect.apply(target, self, args)),
  });
}

function writeLog(
  log: Log,
  hooks: Hooks,
  level: LogLevel,
  category: LogCategory,
  message: string,
  origin: LogOrigin,
): void {
  let line = { level, message };
  const callbacks = hooks.of('log');
  if (callbacks.length > 0) {
    const context = makeHookContext(line, {
      hookData: () => origin.hookData ?? {},
      appHookData: () => hooks.appHookData,
      invocationContext: () => origin.invocationContext,
      category: () => category,
    });
    for (const callback of callbacks) callback(context);
    // Hooks may rewrite what the app logs, never what the host logs.
    if (category !== 'user') line = { level, message };
  }
  const name = origin.functionName;
  if (name === undefined) log(line.level, category === 'user' ? 'App.User' : 'Host.Worker', line.message);
  else log(line.level, category === 'user' ? userCategory(name) : functionCategory(name), line.message);
}

class Disposable {
  static from(...disposables: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const one of disposables) one.dispose();
    });
  }

  #onDispose: (() => void) | undefined;

  constructor(onDispose: () => void) {
    this.#onDispose = onDispose;
  }

  dispose(): void {
    const onDispose = this.#onDispose;
    this.#onDispose = undefined;
    onDispose?.();
  }
}
