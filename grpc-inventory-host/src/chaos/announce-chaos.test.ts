import { type EventData, parseEvent } from '@valerix/contracts/events';
import { type Inventory, startInventory } from '@valerix/inventory/inventory.fixture';
import { makeLogger } from '@valerix/platform/logger';
import type { Database } from '@valerix/platform/postgres';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type ChaosAnnouncer, makeChaosAnnouncer } from './announce-chaos.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory('announce_chaos');
});
beforeEach(() => inventory.database.query('TRUNCATE outbox'));
afterAll(() => inventory.stop());

const silent = makeLogger('test', 'error', () => {});

/** An announcer whose clock stands until the test moves it. */
function makeAnnouncer(database: Database = inventory.database) {
  const clock = { now: 0 };
  const { outbox } = inventory;
  const options = { service: 'test', database, outbox, logger: silent, now: () => clock.now };
  return { announcer: makeChaosAnnouncer(options), clock };
}
const notes = (announcer: ChaosAnnouncer, count: number, ...[fault, delayMs]: Parameters<ChaosAnnouncer['note']>) => {
  for (let n = 0; n < count; n++) announcer.note(fault, delayMs);
};

async function announced(): Promise<EventData<'ChaosInjected'>[]> {
  const rows = await inventory.database.query<{ body: unknown }>('SELECT body FROM outbox ORDER BY position');
  return rows.map(({ body }) => {
    const parsed = parseEvent(body);
    if (parsed.kind === 'unreadable' || parsed.event.eventType !== 'ChaosInjected') throw new Error('no ChaosInjected');
    return parsed.event.data;
  });
}

/** Waits for the announcements that an assertion is about. */
const eventually = (assertion: (told: EventData<'ChaosInjected'>[]) => void) =>
  vi.waitFor(async () => assertion(await announced()), { timeout: 10_000 });

it('tells a thousand faults in one event for each kind, with their number and the longest delay', async () => {
  const { announcer } = makeAnnouncer();
  notes(announcer, 700, 'gremlin', 20);
  notes(announcer, 1, 'gremlin', 90);
  notes(announcer, 299, 'drop');
  await eventually((told) =>
    expect(told).toEqual([
      { service: 'test', fault: 'gremlin', count: 701, delayMs: 90 },
      { service: 'test', fault: 'drop', count: 299 },
    ]),
  );
});

it('waits for the rest of the second before it tells the next', async () => {
  const { announcer } = makeAnnouncer();
  notes(announcer, 1, 'error');
  await eventually((told) => expect(told).toHaveLength(1));
  notes(announcer, 5, 'error');
  expect(await announced()).toHaveLength(1);
  await eventually((told) => expect(told.map(({ count }) => count)).toEqual([1, 5]));
});

it('tells what is left when it is closed', async () => {
  const { announcer } = makeAnnouncer();
  notes(announcer, 3, 'error');
  await announcer.close();
  expect(await announced()).toEqual([{ service: 'test', fault: 'error', count: 3 }]);
});

it('has a death written down before it resolves, once for all calls that bring it about together', async () => {
  const { announcer, clock } = makeAnnouncer();
  await announcer.beforeExit();
  expect(await announced()).toEqual([{ service: 'test', fault: 'exit', count: 1 }]);
  await Promise.all([announcer.beforeExit(), announcer.beforeExit()]);
  expect(await announced()).toHaveLength(1);
  clock.now = 1_000;
  await announcer.beforeExit();
  expect(await announced()).toHaveLength(2);
});

it('bears a database that is away, and tells the full number afterwards', async () => {
  let isAway = true;
  const query: Database['query'] = (sql, parameters) =>
    isAway ? Promise.reject(new Error('connect ECONNREFUSED')) : inventory.database.query(sql, parameters);
  const { announcer } = makeAnnouncer({ ...inventory.database, query });
  notes(announcer, 4, 'drop');
  await announcer.close();
  await announcer.beforeExit();
  isAway = false;
  notes(announcer, 2, 'drop');
  await announcer.close();
  expect(await announced()).toEqual([{ service: 'test', fault: 'drop', count: 6 }]);
});
