import {
  type HttpFunctionOptions,
  HttpRequest,
  type HttpResponseInit,
  InvocationContext,
  type ServiceBusTopicFunctionOptions,
  type Timer,
  type TimerFunctionOptions,
} from '@azure/functions';
import type { EntityName } from '@valerix/contracts/topology';
import type { Logger } from '@valerix/platform/logger';
import type { Broker, OutgoingMessage } from '@valerix/platform/messaging';
import { localTelemetry } from '@valerix/platform/telemetry/telemetry';
import { noStorage } from '../../tests/setup/azurite.ts';
import { composeOrderService, type OrderService, SERVICE } from '../src/composition.ts';
import { readConfig } from '../src/config.ts';
import { registerFunctions } from '../src/register-functions.ts';
import { quietLogger } from './orders-database.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON. */
  readonly body: Record<string, unknown>;
}

export interface SendOptions {
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string;
  readonly headers?: Record<string, string>;
}

export interface OrderApp {
  readonly service: OrderService;
  /** What went to the broker, by entity. */
  readonly sent: { readonly entity: EntityName; readonly message: OutgoingMessage }[];
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
  runTimer(name: string): Promise<void>;
  deliver(messages: readonly unknown[]): Promise<void>;
  close(): Promise<void>;
}

const routePattern = (route: string) =>
  new RegExp(`^/${route.replace('{*path}', '(?<path>.*)').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);

const timer: Timer = {
  isPastDue: false,
  schedule: { adjustForDST: false },
  scheduleStatus: { last: '', next: '', lastUpdated: '' },
};

/** The whole Order service in this process: real database and gRPC, its functions called as the host calls them. */
export function startOrderApp(
  env: Readonly<Record<string, string>>,
  { logger = quietLogger, messaging: more = {} }: { logger?: Logger; messaging?: Partial<Broker> } = {},
): OrderApp {
  const https = new Map<string, HttpFunctionOptions>();
  const timers = new Map<string, TimerFunctionOptions>();
  const topics = new Map<string, ServiceBusTopicFunctionOptions>();
  const sent: OrderApp['sent'] = [];
  const messaging: Broker = {
    async send(entity, messages) {
      sent.push(...messages.map((message) => ({ entity, message })));
    },
    async schedule(entity, messages) {
      sent.push(...messages.map((message) => ({ entity, message })));
    },
    async probe() {},
    deadLetterQueue: () => ({ peek: async () => [], take: async () => {} }),
    async close() {},
    ...more,
  };
  const config = readConfig({
    ServiceBusConnection: 'unused',
    StorageConnection: noStorage,
    // Nobody listens there; tokens are made without the service.
    WebPubSubConnectionString: 'Endpoint=http://127.0.0.1:1;AccessKey=a-key-of-thirty-two-bytes-or-more;',
    // A second in which the machine of a test stands still is no outage.
    ORDER_DATABASE_BUDGET_MS: '2500',
    ...env,
  });
  const service = composeOrderService(config, {
    triggers: {
      http: (name, options) => void https.set(name, options as HttpFunctionOptions),
      timer: (name, options) => void timers.set(name, options),
      serviceBusTopic: (name, options) => void topics.set(name, options as ServiceBusTopicFunctionOptions),
    },
    logger,
    messaging,
    telemetry: localTelemetry(SERVICE),
  });
  registerFunctions(service);

  const send: OrderApp['send'] = async (method, path, { body, raw, headers = {} } = {}) => {
    const url = new URL(path, 'http://localhost');
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    for (const name of [...https.keys()].sort()) {
      const options = https.get(name);
      const match = routePattern(options?.route ?? '').exec(url.pathname);
      if (!options || !match || !options.methods?.includes(method as 'GET')) continue;
      const request = new HttpRequest({
        method,
        url: url.href,
        headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...headers },
        query: Object.fromEntries(url.searchParams),
        params: { ...match.groups },
        ...(text !== undefined && { body: { string: text } }),
      });
      const answer: HttpResponseInit = await options.handler(request, new InvocationContext());
      return answerOf(answer);
    }
    throw new Error(`no function answers ${method} ${path}`);
  };

  return {
    service,
    sent,
    send,
    async runTimer(name) {
      await timers.get(name)?.handler(timer, new InvocationContext());
    },
    async deliver(messages) {
      await topics.get('inventory-events')?.handler([...messages], new InvocationContext());
    },
    close: () => service.close(),
  };
}

function answerOf({ status = 200, headers = {}, body }: HttpResponseInit): Answer {
  const text = String(body ?? '');
  return {
    status,
    headers: headers as Record<string, string>,
    text,
    get body() {
      return JSON.parse(text) as Record<string, unknown>;
    },
  };
}
