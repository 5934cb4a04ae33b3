import { parseEvent } from '@valerix/contracts/events';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { noStorage, type Storage, startStorage } from '../../../../tests/setup/azurite.ts';
import { makeLogger } from '../logger.ts';
import type { Messaging, OutgoingMessage } from '../messaging.ts';
import { type AlertTable, openAlertTable } from './alert-table.ts';
import { type Judge, makeJudge } from './judge-alerts.ts';
import type { Bucket } from './observations.ts';

let storage: Storage;
let table: AlertTable;
/** Each test has an hour of its own, so that none sees what the one before measured. */
let clock = Date.UTC(2026, 0, 1);
const now = () => clock;

beforeAll(async () => {
  storage = await startStorage();
  table = openAlertTable({ connectionString: storage.connection });
});
afterAll(() => storage.stop());
beforeEach(async () => {
  // Far enough for the test before to be forgotten, and for its alerts to be green again.
  clock += 25 * 3_600_000;
  await table.forgetOld(clock);
  const judge = instance();
  await judge.judge();
  await judge.idle();
  clock += 60_000;
});

const silent = makeLogger('test', 'error', () => {});
interface Announced {
  readonly eventId: string;
  readonly rule: string;
  readonly state: string;
  readonly since: string;
}
const announcedIn = (messages: readonly OutgoingMessage[]): Announced[] =>
  messages.map(({ body }) => {
    const parsed = parseEvent(body);
    if (parsed.kind === 'unreadable' || parsed.event.eventType !== 'AlertChanged') throw new Error('not readable');
    const { rule, state, since } = parsed.event.data;
    return { eventId: parsed.event.eventId, rule, state, since };
  });

/** One of several processes that judge over the same table. */
function instance(send: Messaging['send'] = async () => {}, at: () => number = now): Judge {
  return makeJudge({
    table: openAlertTable({ connectionString: storage.connection }),
    messaging: { send },
    logger: silent,
    now: at,
  });
}
/** What all instances of a test announce. */
function listen() {
  const heard: Announced[] = [];
  return {
    heard,
    send: async (_: string, messages: readonly OutgoingMessage[]) => void heard.push(...announcedIn(messages)),
  };
}
const slow = (secondsAgo = 1, count = 1, averageMs = 2_000): Bucket => {
  const sums = { count, errors: 0, sumMs: count * averageMs, maxMs: averageMs };
  const second = Math.floor(clock / 1_000) - secondsAgo;
  return { second, service: 'order', instance: `i${averageMs}`, all: sums, changes: sums };
};
const iso = (ms: number) => new Date(ms).toISOString();

test('an alert turns red, keeps since when over restarts, and is green again by itself once the window has passed', async () => {
  const { heard, send } = listen();
  const judge = instance(send);
  expect(await judge.judge()).toMatchObject({ state: 'green' });
  await table.writeBuckets([slow()]);
  const redSince = iso(clock);
  expect(await judge.judge()).toMatchObject({ state: 'red', since: redSince, evaluatedAt: redSince });

  clock += 20_000;
  const afterRestart = await instance(send).judge();
  expect(afterRestart).toMatchObject({ state: 'red', since: redSince, evaluatedAt: iso(clock), windowSeconds: 30 });
  expect(afterRestart.rules.map(({ rule, state, value }) => [rule, state, value])).toEqual([
    ['response_time', 'red', 2_000],
    ['error_rate', 'green', 0],
    ['health', 'green', 0],
    ['backup', 'green', null],
  ]);
  clock += 10_000;
  const greenSince = iso(clock);
  const another = instance(send);
  expect(await another.judge()).toMatchObject({ state: 'green', since: greenSince });
  expect((await another.judge()).rules[0]).toMatchObject({ state: 'green', since: greenSince, value: null });
  await Promise.all([judge.idle(), another.idle()]);
  expect(heard.map(({ rule, state, since }) => [rule, state, since])).toEqual([
    ['response_time', 'red', redSince],
    ['response_time', 'green', greenSince],
  ]);
});

test('what two instances measured counts together, whichever of them judges, also across a minute', async () => {
  clock = Math.ceil(clock / 60_000) * 60_000 + 5_400;
  await table.writeBuckets([slow(10, 1, 5_000), slow(1, 9, 600)]);
  for (const report of await Promise.all([instance().judge(), instance().judge()])) {
    expect(report).toMatchObject({ state: 'red', services: [{ service: 'order', requests: 10, averageMs: 1_040 }] });
  }
});

test('of eight instances that judge at the same time one announces each change', async () => {
  const { heard, send } = listen();
  const judges = Array.from({ length: 8 }, () => instance(send));
  const together = async () => {
    const reports = await Promise.all(judges.map(({ judge }) => judge()));
    await Promise.all(judges.map(({ idle }) => idle()));
    return new Set(reports.map(({ state, since }) => `${state} ${since}`));
  };
  for (let round = 0; round < 4; round += 1) {
    await table.writeBuckets([slow()]);
    expect(await together()).toEqual(new Set([`red ${iso(clock)}`]));
    clock += 31_000;
    expect(await together()).toEqual(new Set([`green ${iso(clock)}`]));
  }
  expect(heard.map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => ['red', 'green']).flat());
});

test('an instance whose clock is behind does not turn back what was settled', async () => {
  const { heard, send } = listen();
  const behind = instance(send, () => clock - 2_000);
  const judge = instance(send);
  await table.writeBuckets([slow()]);
  await judge.judge();
  clock += 30_000;
  expect(await judge.judge()).toMatchObject({ state: 'green' });
  expect(await behind.judge()).toMatchObject({ state: 'green' });
  clock += 3_000;
  expect(await behind.judge()).toMatchObject({ state: 'green' });
  await Promise.all([judge.idle(), behind.idle()]);
  expect(heard.map(({ state }) => state)).toEqual(['red', 'green']);
});

test('a change that its instance did not live to announce is announced by another, once, with the same id', async () => {
  const begun: Announced[] = [];
  // It dies while it sends: whether that arrived, nobody knows.
  const dying = instance((_, messages) => {
    begun.push(...announcedIn(messages));
    return new Promise(() => {});
  });
  await table.writeBuckets([slow()]);
  await dying.judge();
  const { heard, send } = listen();
  const others = [instance(send), instance(send)];
  const look = async () => {
    await Promise.all(others.map(({ judge }) => judge()));
    await Promise.all(others.map(({ idle }) => idle()));
  };
  clock += 9_999;
  await look();
  expect(heard).toEqual([]);
  clock += 1;
  await look();
  clock += 15_000;
  await look();
  expect(heard).toEqual(begun);
  expect(begun).toHaveLength(1);
});

test('while Service Bus is away a change is known, and announced once it is back', async () => {
  let away = true;
  const { heard, send } = listen();
  const judge = instance(async (entity, messages) => {
    if (away) throw new Error('no broker');
    await send(entity, messages);
  });
  await table.writeBuckets([slow()]);
  expect(await judge.judge()).toMatchObject({ state: 'red' });
  await judge.idle();
  clock += 31_000;
  expect(await judge.judge()).toMatchObject({ state: 'green' });
  await judge.idle();
  away = false;
  clock += 10_000;
  await judge.judge();
  await judge.idle();
  expect(heard.map(({ state }) => state)).toEqual(['red', 'green']);
});

test('an instance that signs off is not missed, one that falls silent is', async () => {
  const well = { startedAt: clock - 60_000, dependencies: { database: 'healthy' }, breaker: null } as const;
  const beat = (service: string) => table.beat({ service, instance: 'x', at: clock, ...well });
  await beat('order');
  await beat('grpc-inventory-host');
  await beat('functions-inventory');
  await table.signOff('functions-inventory', 'x');
  await table.signOff('functions-inventory', 'x');
  clock += 30_001;
  await beat('order');
  const { rules } = await instance().judge();
  expect(rules[2]).toMatchObject({ state: 'red', reason: 'grpc-inventory-host has stopped reporting.' });
});

test('old rows are removed and those of the window stay', async () => {
  await table.writeBuckets([slow(1), slow(599)]);
  const old = Array.from({ length: 120 }, (_, index) => slow(700, 1, 1_000 + index));
  while (old.length > 0) await table.writeBuckets(old.splice(0, 20));
  expect(await table.forgetOld(clock)).toBeGreaterThanOrEqual(120);
  expect(await table.forgetOld(clock)).toBe(0);
  expect((await table.observe(clock)).buckets).toEqual([slow(1)]);
});

test('rows that nobody can read are passed over, and a state that nobody can read is replaced', async () => {
  const { TableClient } = await import('@azure/data-tables');
  const raw = TableClient.fromConnectionString(storage.connection, 'alertbuckets', { allowInsecureConnection: true });
  await raw.upsertEntity({ partitionKey: 'heartbeats', rowKey: 'nonsense', dependencies: '{' });
  await raw.upsertEntity({ partitionKey: 'state', rowKey: 'all', content: 'nonsense' }, 'Replace');
  await table.writeBuckets([slow()]);
  expect(await instance().judge()).toMatchObject({ state: 'red', since: iso(clock) });
  expect(await instance().judge()).toMatchObject({ state: 'red', since: iso(clock) });
});

test('without storage the alerts are not known, which is no green', async () => {
  const judge = makeJudge({
    table: openAlertTable({ connectionString: noStorage }),
    messaging: { send: async () => {} },
    logger: silent,
  });
  await expect(judge.judge()).rejects.toThrow();
});

test('storage that is silent is given up within a few seconds', async () => {
  storage.freeze();
  onTestFinished(() => storage.goOn());
  const startedAt = performance.now();
  await expect(instance().judge()).rejects.toThrow();
  expect(performance.now() - startedAt).toBeLessThan(15_000);
  storage.goOn();
  await vi.waitFor(async () => expect(await instance().judge()).toBeDefined(), { timeout: 15_000 });
});
