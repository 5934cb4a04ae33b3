import { hostname } from 'node:os';
import { HOST_VERSION } from './app/functions-core.ts';
import type { HostedFunction } from './app/hosted-function.ts';
import type { Invoker } from './app/invoker.ts';
import type { AdminRequest, AdminResponse } from './http/server.ts';
import type { Listeners } from './listeners.ts';

export interface AdminOptions {
  functions: HostedFunction[];
  listeners: Listeners;
  invoker: Invoker;
  urlOf(fn: HostedFunction): string | undefined;
}

type Action = (segment: string, body: Buffer) => AdminResponse | Promise<AdminResponse>;

const NOT_FOUND: AdminResponse = { status: 404 };

/** The management calls under `/admin` that make sense on one machine. All but `ping` need the master key. */
export function makeAdmin({ functions, listeners, invoker, urlOf }: AdminOptions) {
  let drainState: 'Disabled' | 'InProgress' | 'Completed' = 'Disabled';

  const actions: Record<string, Action> = {
    'GET host/status': () => ({
      status: 200,
      body: {
        id: `${hostname().toLowerCase()}-${process.pid}`,
        state: 'Running',
        version: HOST_VERSION,
        instanceId: String(process.pid),
        computerName: hostname(),
        processUptime: Math.round(process.uptime() * 1000),
      },
    }),
    'GET functions': () => ({ status: 200, body: functions.map(describe) }),
    'GET functions/*': (name) => {
      const fn = find(name);
      return fn === undefined ? NOT_FOUND : { status: 200, body: describe(fn) };
    },
    'POST functions/*': runFunction,
    'POST host/drain': () => {
      if (drainState === 'Disabled') {
        drainState = 'InProgress';
        void listeners.stop().then(() => {
          if (drainState === 'InProgress') drainState = 'Completed';
        });
      }
      return { status: 202 };
    },
    'GET host/drain/status': () => ({
      status: 200,
      body: { state: drainState, outstandingInvocations: invoker.running(), outstandingRetries: 0 },
    }),
    'POST host/resume': () => {
      if (drainState === 'InProgress') return { status: 409 };
      if (drainState === 'Completed') listeners.start();
      drainState = 'Disabled';
      return { status: 200, body: { state: 'Running' } };
    },
  };

  const find = (name: string) => functions.find((fn) => fn.name.toLowerCase() === name.toLowerCase());

  function describe(fn: HostedFunction): object {
    return {
      name: fn.name,
      language: 'node',
      isDisabled: fn.isDisabled,
      invoke_url_template: urlOf(fn) ?? null,
      config: {
        name: fn.name,
        bindings: Object.entries(fn.metadata.bindings).map(([name, rest]) => ({ name, ...rest })),
      },
    };
  }

  function runFunction(name: string, body: Buffer): AdminResponse {
    const fn = find(name);
    if (fn === undefined) return NOT_FOUND;
    const input = readInput(body);
    if (input === undefined) return { status: 400, body: { error: 'The body must be JSON such as {"input": "..."}.' } };
    const run = listeners.runByHand(name, input);
    if (run === undefined) {
      return {
        status: 400,
        body: { error: `Function ${fn.name} has no timer or Service Bus trigger to run by hand.` },
      };
    }
    // The caller learns only that it was started, as from the real host; the invoker logs a failure.
    run.catch(() => {});
    return { status: 202 };
  }

  return async function answer({ method, path, body, level }: AdminRequest): Promise<AdminResponse> {
    const segments = path.toLowerCase().split('/').filter(Boolean).slice(1);
    const route = segments.join('/');
    if (route === 'host/ping') return { status: 200 };
    if (level !== 'admin') return { status: 401 };
    const last = decodeURIComponent(segments.at(-1) ?? '');
    const exact = actions[`${method} ${route}`];
    const action = exact ?? (segments.length === 2 ? actions[`${method} ${segments[0]}/*`] : undefined);
    return action === undefined ? NOT_FOUND : action(last, body);
  };
}

/** The `input` of the body as text; an empty body is an empty input. Undefined when the body is not JSON. */
function readInput(body: Buffer): string | undefined {
  if (body.length === 0) return '';
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    const input = typeof parsed === 'object' && parsed !== null && 'input' in parsed ? parsed.input : '';
    return typeof input === 'string' ? input : JSON.stringify(input ?? '');
  } catch {
    return undefined;
  }
}
