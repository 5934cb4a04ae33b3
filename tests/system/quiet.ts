import type { Endpoints } from '../../local/endpoints.ts';
import type { Books } from './books.ts';
import { request } from './shop.ts';
import { until } from './until.ts';

interface EntityCounts {
  readonly path: string;
  readonly active: number;
  readonly scheduled: number;
  readonly deadLetter: number;
}

/** These go to browsers, which recover by themselves: their messages settle no order. */
const irrelevant = /dashboard-sub$/;

/** Waits until nothing is on its way any more: no unsettled order, no unsent event, no unread message. */
export async function waitUntilQuiet(endpoints: Endpoints, books: Books, timeoutMs = 150_000): Promise<void> {
  let last = '';
  await until(
    'the system to be quiet',
    async () => {
      last = await onItsWay(endpoints, books).catch((error: unknown) => `not reachable: ${error}`);
      return last === '';
    },
    { timeoutMs, everyMs: 250 },
  ).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : error} Still on its way: ${last}`);
  });
}

async function onItsWay(endpoints: Endpoints, books: Books): Promise<string> {
  const count = `SELECT count(*)::int AS n FROM`;
  const [unsettled] = await books.orders<{ n: number }>(
    `${count} orders WHERE status IN ('pending', 'pending_verification')`,
  );
  const [unsentOrders] = await books.orders<{ n: number }>(`${count} outbox`);
  const [unsentStock] = await books.inventory<{ n: number }>(`${count} outbox`);
  const entities = (await request<{ entities: EntityCounts[] }>(`${endpoints.serviceBusAdmin}/entities`)).body.entities;
  const unread = entities
    .filter(({ path }) => !irrelevant.test(path))
    .filter(({ active, scheduled }) => active + scheduled > 0)
    .map(({ path, active, scheduled }) => `${active + scheduled} messages in ${path}`);
  return [
    unsettled?.n ? `${unsettled.n} unsettled orders` : '',
    unsentOrders?.n ? `${unsentOrders.n} unsent order events` : '',
    unsentStock?.n ? `${unsentStock.n} unsent stock events` : '',
    ...unread,
  ]
    .filter(Boolean)
    .join(', ');
}
