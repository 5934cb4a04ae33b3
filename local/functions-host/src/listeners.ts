import { type HostedFunction, isTriggeredBy } from './app/hosted-function.ts';
import type { Invoker } from './app/invoker.ts';
import type { ServiceBusOptions } from './config/host-json.ts';
import { functionCategory, type Log } from './log.ts';
import { makeBatchListener } from './servicebus/batch-listener.ts';
import type { ServiceBusConnections } from './servicebus/connections.ts';
import { manualRequest } from './servicebus/invocation-request.ts';
import { makeSingleListener } from './servicebus/single-listener.ts';
import { StartupError } from './startup-error.ts';
import { systemClock } from './timers/clock.ts';
import { makeTimerListener } from './timers/timer-listener.ts';
import type { TimerStatusStore } from './timers/timer-status.ts';

/** What makes a function run other than a request: its timer or its Service Bus entity. */
interface Listener {
  start(): void;
  stop(): Promise<void>;
}

export interface Listeners {
  start(): void;
  /** Takes no new work; resolves when what is under way is done. */
  stop(): Promise<void>;
  /** Runs a function once with this input, by hand; undefined when it has no such trigger. */
  runByHand(functionName: string, input: string): Promise<void> | undefined;
}

export interface ListenersOptions {
  functions: HostedFunction[];
  invoker: Invoker;
  connections: ServiceBusConnections;
  serviceBus: ServiceBusOptions;
  timerStatus: TimerStatusStore;
  log: Log;
}

/** @throws StartupError when a trigger is not usable as it is configured. */
export async function makeListeners(options: ListenersOptions): Promise<Listeners> {
  const { functions, invoker, connections, serviceBus, timerStatus, log } = options;
  const listeners: Listener[] = [];
  const byHand = new Map<string, (input: string) => Promise<void>>();

  for (const fn of functions) {
    if (fn.isDisabled) continue;
    if (isTriggeredBy(fn, 'timer')) {
      const timer = makeTimerListener({ fn, invoker, store: timerStatus, clock: systemClock, log });
      listeners.push(timer);
      byHand.set(fn.name.toLowerCase(), timer.fireOnce);
    } else if (isTriggeredBy(fn, 'serviceBus')) {
      if (fn.trigger.isSessionsEnabled) {
        throw new StartupError(`Function ${fn.name} uses sessions, which this host does not support.`);
      }
      if (fn.retry !== undefined) {
        log('warning', functionCategory(fn.name), 'retry policies are not applied to Service Bus triggers');
      }
      const connection = await connections.open(fn.trigger.connection);
      const make = fn.trigger.cardinality === 'many' ? makeBatchListener : makeSingleListener;
      listeners.push(make({ fn, connection, invoker, host: serviceBus, log }));
      byHand.set(fn.name.toLowerCase(), async (input) => {
        await invoker.invoke(fn, manualRequest(fn.trigger, input));
      });
    } else if (isTriggeredBy(fn, 'unsupported')) {
      log('warning', functionCategory(fn.name), `will never run: this host has no ${fn.trigger.type}`);
    }
    for (const output of fn.outputs.values()) await connections.open(output.connection);
  }

  return {
    start() {
      for (const listener of listeners) listener.start();
    },
    async stop() {
      await Promise.allSettled(listeners.map((listener) => listener.stop()));
    },
    runByHand: (functionName, input) => byHand.get(functionName.toLowerCase())?.(input),
  };
}
