import { randomUUID } from 'node:crypto';
import { formatTimeSpan } from '../config/time-span.ts';
import { functionCategory, type Log } from '../log.ts';
import type { FunctionsCore } from './functions-core.ts';
import { makeHookContext } from './hooks.ts';
import type { HostedFunction } from './hosted-function.ts';
import type { CoreInvocationContext, FunctionCallback, InvocationRequest, InvocationResponse } from './rpc-types.ts';
import { SystemError } from './system-errors.ts';

/** Node fires a longer timer at once; it is 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

class FunctionTimeoutError extends Error {
  override name = 'FunctionTimeoutError';
}

/** Sends what a function's output bindings got; a failure fails the invocation. */
export type DeliverOutputs = (fn: HostedFunction, response: InvocationResponse) => Promise<void>;

export interface Invoker {
  /**
   * Runs a function once, outputs included, and logs a failure (`detail` says what it was working on).
   * @throws whatever the function threw, or FunctionTimeoutError.
   */
  invoke(fn: HostedFunction, request: InvocationRequest, detail?: string): Promise<InvocationResponse>;
  /** Invocations under way. */
  running(): number;
}

export interface InvokerOptions {
  core: FunctionsCore;
  log: Log;
  deliverOutputs: DeliverOutputs;
  functionTimeoutMs: number | undefined;
  /** Called once a function has outrun the limit: the process must end, as the real host ends its worker. */
  onTimeout(): void;
}

export function makeInvoker(options: InvokerOptions): Invoker {
  const { core, log, deliverOutputs } = options;
  let running = 0;

  async function invoke(fn: HostedFunction, request: InvocationRequest, detail = ''): Promise<InvocationResponse> {
    const invocationId = randomUUID();
    const category = functionCategory(fn.name);
    const startedAt = performance.now();
    if (log.isEnabled('debug', category)) log('debug', category, `started (Id=${invocationId}${detail})`);
    running++;
    try {
      const response = await withTimeout(fn, runHandler(fn, request, invocationId));
      if (fn.outputs.size > 0) await deliverOutputs(fn, response);
      if (log.isEnabled('debug', category)) {
        log('debug', category, `succeeded (Id=${invocationId}, Duration=${since(startedAt)})`);
      }
      return response;
    } catch (error) {
      const facts = `failed (Id=${invocationId}, Duration=${since(startedAt)}${detail})`;
      log('error', category, `${facts}: ${describeError(error)}`);
      throw error;
    } finally {
      running--;
    }
  }

  /** Mirrors the order of the worker's invocation handler, hooks included. */
  async function runHandler(
    fn: HostedFunction,
    request: InvocationRequest,
    invocationId: string,
  ): Promise<InvocationResponse> {
    const model = core.model();
    if (model === undefined) throw new SystemError('No programming model is registered.');
    const hookData = {};
    let context: unknown;
    const coreContext: CoreInvocationContext = {
      invocationId,
      request,
      metadata: fn.metadata,
      state: undefined,
      log: (level, category, message) =>
        core.log(level, category, message, { functionName: fn.name, hookData, invocationContext: context }),
    };
    const invocation = model.getInvocationModel(coreContext);
    const args = await invocation.getArguments();
    context = args.context;
    const shared = {
      hookData: () => hookData,
      appHookData: () => core.hooks.appHookData,
      invocationContext: () => context,
    };

    const before = makeHookContext<{ inputs: unknown[]; functionCallback: FunctionCallback }>(
      { inputs: args.inputs, functionCallback: fn.callback },
      shared,
    );
    coreContext.state = 'preInvocationHooks';
    await core.hooks.run('preInvocation', before);

    const after = makeHookContext<{ inputs: unknown[]; result: unknown; error: unknown }>(
      { inputs: before.inputs, result: null, error: null },
      shared,
    );
    coreContext.state = 'invocation';
    try {
      after.result = await invocation.invokeFunction(context, before.inputs, before.functionCallback);
    } catch (error) {
      after.error = error;
    }
    coreContext.state = 'postInvocationHooks';
    await core.hooks.run('postInvocation', after);
    coreContext.state = undefined;

    if (after.error !== null && after.error !== undefined) throw after.error;
    return invocation.getResponse(context, after.result);
  }

  function withTimeout(fn: HostedFunction, work: Promise<InvocationResponse>): Promise<InvocationResponse> {
    const limitMs = options.functionTimeoutMs;
    if (limitMs === undefined || limitMs > LONGEST_TIMER_MS) return work;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new FunctionTimeoutError(`Timeout value of ${formatTimeSpan(limitMs)} was exceeded by function ${fn.name}.`),
        );
        options.onTimeout();
      }, limitMs);
      work.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  return { invoke, running: () => running };
}

/** The stack as far as it lies in the app: below come the library and this host. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const lines = (error.stack ?? error.message).split('\n');
  const end = lines.findIndex((line) => /^\s+at .*InvocationModel/.test(line));
  const cause = error.cause === undefined ? '' : `\nCaused by: ${describeError(error.cause)}`;
  return (end === -1 ? lines : lines.slice(0, end)).join('\n') + cause;
}

const since = (startedAt: number) => `${(performance.now() - startedAt).toFixed(0)}ms`;
