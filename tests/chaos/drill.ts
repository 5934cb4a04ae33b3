import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { AnyEvent } from '@valerix/contracts/events';
import { checkPromises } from '../system/promises.ts';
import { waitUntilQuiet } from '../system/quiet.ts';
import { request } from '../system/shop.ts';
import { drainEvents, eventBreaches } from './events.ts';
import type { KeptProcess } from './kept-process.ts';
import type { Stage } from './stage.ts';
import { toldBreaches } from './told.ts';
import { makeWorld, type Scenario, type Track } from './world.ts';

export interface DrillOptions {
  readonly orders: number;
  readonly concurrency: number;
  readonly seed: number;
  readonly isShort: boolean;
}

/** What came of one drill. */
export interface DrillReport {
  readonly name: string;
  readonly seed: number;
  /** Requests to order that were answered 201 or 202, and those that broke or were answered 503. */
  readonly accepted: number;
  readonly broken: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly restarts: number;
  readonly examined: number;
  readonly slowestMs: number;
  readonly seconds: number;
  readonly quietSeconds: number;
  readonly breaches: readonly string[];
}

/** The report of a drill whose system did not even start. */
export function notBegun(name: string, seed: number, why: string): DrillReport {
  const nothing = { accepted: 0, broken: 0, faults: new Map(), restarts: 0, examined: 0, slowestMs: 0, seconds: 0 };
  return { name, seed, ...nothing, quietSeconds: 0, breaches: [`The system did not start: ${why}`] };
}

/** Recording (1 s), reserving (2 s) and settling (1 s) an order have their budgets; the rest is a machine under load. */
const SLOWEST_MS = 6_000;
/** A request may have to wait for its process to start. */
const SLOWEST_WITH_RESTARTS_MS = 12_000;
const QUIET_WITHIN_MS = 180_000;
/** Words of the services that must never be said, whatever fails around them. */
const neverSaid = [
  '"event":"event_failed"',
  '"code":"internal_error"',
  '"event":"released_order_was_shipped"',
  '"event":"shipped_order_held_nothing"',
  '"event":"message_quarantined"',
];

/** Runs one scenario among shoppers on a stage, waits until the system is quiet again and holds it to its promises. */
export async function drill(scenario: Scenario, stage: Stage, options: DrillOptions): Promise<DrillReport> {
  const since = new Date();
  const startedAt = performance.now();
  const { world, track } = makeWorld({ stage, ...options });
  const { endpoints } = stage.ground;
  const breaches: string[] = [];
  const ownLag = monitorEventLoopDelay();
  ownLag.enable();
  let quietSeconds = 0;
  let examined = 0;
  const events: AnyEvent[] = [];
  try {
    await scenario.run(world);
    if ([...track.faults.values()].every((times) => times === 0))
      breaches.push('The drill injected no fault, so it proves nothing.');
    const healedAt = performance.now();
    await track.services()?.healthy();
    // The dashboard's subscriptions keep what they hold for five minutes, and becoming quiet may take three of them.
    events.push(...(await drainEvents(endpoints.serviceBus)));
    await waitUntilQuiet(endpoints, stage.books, QUIET_WITHIN_MS).catch((error: unknown) => {
      // The books then say what it is about.
      breaches.push(error instanceof Error ? error.message : String(error));
    });
    quietSeconds = (performance.now() - healedAt) / 1000;
    const report = await checkPromises(stage.books, ordersTold(track));
    examined = report.examined;
    const hasForgotten = orderRestarted(track);
    // While this process itself was busy, shoppers waited for it.
    const slowestMs = (hasForgotten ? SLOWEST_WITH_RESTARTS_MS : SLOWEST_MS) + ownLag.max / 1e6;
    const limits = { slowestMs, hasForgotten };
    breaches.push(...report.breaches, ...(await toldBreaches(stage.books.orders, track.told, limits)));
    breaches.push(...(await deadLetters(endpoints.serviceBusAdmin)));
  } catch (error) {
    breaches.push(`The drill did not come to its end: ${error instanceof Error ? error.message : error}`);
  }
  const services = track.services();
  if (services !== undefined) {
    const ends = await Promise.all(services.all.map((service) => service.stop()));
    breaches.push(...services.all.flatMap((service, index) => processBreaches(service, ends[index] ?? '', track)));
  }
  // What they sent since then, up to their last moment.
  events.push(...(await drainEvents(endpoints.serviceBus)));
  if (examined > 0) breaches.push(...(await eventBreaches(stage.books, since, events)));
  await track.closeNetworks();

  const orders = track.told.filter(({ act }) => act === 'order');
  return {
    name: scenario.name,
    seed: options.seed,
    accepted: orders.filter(({ status }) => status === 201 || status === 202).length,
    broken: orders.filter(({ status }) => typeof status !== 'number' || status >= 500).length,
    faults: track.faults,
    restarts: services?.restarts() ?? 0,
    examined: examined + events.length,
    slowestMs: Math.max(0, ...orders.filter(({ status }) => typeof status === 'number').map(({ ms }) => ms)),
    seconds: (performance.now() - startedAt) / 1000,
    quietSeconds,
    breaches: [...new Set([...track.breaches, ...breaches])],
  };
}

function orderRestarted(track: Track): boolean {
  const ofDrill = track.services()?.order.some((process) => process.restarts() > 0) ?? false;
  return ofDrill || [...track.faults.keys()].some((fault) => / of (order|the supervisor)$/.test(fault));
}

/** The answers to requests to order, which the promises are about; a request that hung had no answer. */
function ordersTold({ told }: Track) {
  return told
    .filter(({ act }) => act === 'order')
    .map(({ status, ...rest }) => ({ ...rest, status: status === 'hung' ? ('no answer' as const) : status }));
}

/** Ten minutes without a dependency must need no human, so nothing may lie where only a human looks. */
async function deadLetters(admin: string | null): Promise<string[]> {
  const { body } = await request<{ entities: { path: string; deadLetter: number }[] }>(`${admin}/entities`);
  return body.entities
    .filter(({ path, deadLetter }) => deadLetter > 0 && !path.endsWith('dashboard-sub'))
    .map(({ path, deadLetter }) => `${deadLetter} messages of ${path} are dead letters.`);
}

function processBreaches(service: KeptProcess, end: string, { allowedDeaths }: Track): string[] {
  const log = service.log();
  return [
    ...service
      .deaths()
      .filter((how) => !allowedDeaths.has(how))
      .map((how) => `${service.name} ended by itself: ${how}.`),
    ...(end === '0' ? [] : [`${service.name} was asked to stop and ended with ${end}.`]),
    ...neverSaid.filter((words) => log.includes(words)).map((words) => `${service.name} logged ${words}.`),
  ];
}
