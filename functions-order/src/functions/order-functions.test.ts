import { randomUUID } from 'node:crypto';
import { healthReport } from '@valerix/contracts/health';
import { orderPage } from '@valerix/contracts/order-api';
import { negotiation } from '@valerix/contracts/push';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { behaviours, type InventoryServer, startInventoryServer } from '../../testing/inventory-server.ts';
import { type OrderApp, startOrderApp } from '../../testing/order-app.ts';
import { type OrdersDatabase, openOrdersDatabase } from '../../testing/orders-database.ts';

let orders: OrdersDatabase;
let inventory: InventoryServer;
let app: OrderApp;

beforeAll(async () => {
  orders = await openOrdersDatabase('order functions');
  inventory = await startInventoryServer();
  app = startOrderApp({
    ORDERS_DATABASE_URL: orders.url,
    INVENTORY_GRPC_URL: inventory.url,
    INVENTORY_BUDGET_MS: '300',
    BREAKER_MIN_CALLS: '1000',
  });
});
afterAll(async () => {
  await app.close();
  inventory.stop();
  await orders.drop();
});

const lamp = { productId: 'lamp', quantity: 1 };
const post = (body: unknown) => app.send('POST', '/api/orders', { body });
const confirmed = async (): Promise<string> => String((await post(lamp)).body.orderId);
/** An order whose request is still at it; `finish` lets it come to its end. */
async function inFlight(): Promise<{ orderId: string; finish: () => Promise<unknown> }> {
  const arrived = Promise.withResolvers<string>();
  const released = Promise.withResolvers<void>();
  inventory.behave((call, answer) => {
    arrived.resolve(call.request.orderId);
    void released.promise.then(() => behaviours.reserves(call, answer));
  });
  const answer = post(lamp);
  const orderId = await arrived.promise;
  inventory.behave(behaviours.reserves);
  return {
    orderId,
    finish: () => {
      released.resolve();
      return answer;
    },
  };
}

describe('POST /api/orders names each wrong field', () => {
  test.each([
    [{}, ['productId', 'quantity']],
    [{ productId: '', quantity: 1 }, ['productId']],
    [{ productId: 'x'.repeat(51), quantity: 1 }, ['productId']],
    [{ productId: 7, quantity: 1 }, ['productId']],
    [{ productId: 'nul\u0000', quantity: 1 }, ['productId']],
    [{ productId: 'half \ud83d', quantity: 1 }, ['productId']],
    [{ ...lamp, quantity: 0 }, ['quantity']],
    [{ ...lamp, quantity: 101 }, ['quantity']],
    [{ ...lamp, quantity: 1.5 }, ['quantity']],
    [{ ...lamp, quantity: '2' }, ['quantity']],
    [{ ...lamp, customerId: 'x'.repeat(51) }, ['customerId']],
    [{ ...lamp, customerId: 'half \udc00' }, ['customerId']],
    [{ ...lamp, idempotencyKey: '' }, ['idempotencyKey']],
    [{ ...lamp, idempotencyKey: 'é' }, ['idempotencyKey']],
    [{ ...lamp, price: 1 }, ['price']],
    [{ ...lamp, items: [lamp] }, ['productId', 'quantity']],
    [{ items: [] }, ['items']],
    [{ items: Array.from({ length: 21 }, (_, index) => ({ productId: `p${index}`, quantity: 1 })) }, ['items']],
    [{ items: [lamp, lamp] }, ['items[1].productId']],
    [{ items: [lamp, { productId: 'chair', quantity: -1 }] }, ['items[1].quantity']],
    [{ items: [{ ...lamp, productId: '\ud800' }] }, ['items[0].productId']],
  ])('%j', async (body, fields) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('invalid_request');
    const named = (answer.body.errors as { field: string }[]).map(({ field }) => field);
    expect(named.sort()).toEqual([...fields].sort());
  });

  test('and refuses what is no order at all', async () => {
    expect((await app.send('POST', '/api/orders', { raw: '{"productId":' })).body.code).toBe('invalid_json');
    expect((await post('lamp')).status).toBe(400);
    expect((await post(null)).status).toBe(400);
    const asText = { raw: 'lamp', headers: { 'content-type': 'text/plain' } };
    expect((await app.send('POST', '/api/orders', asText)).status).toBe(415);
    expect((await post({ ...lamp, customerId: 'x'.repeat(70_000) })).status).toBe(413);
  });

  test('and records nothing of it', async () => {
    const before = await orders.database.query('SELECT count(*) FROM orders');
    await post({ ...lamp, quantity: 0 });
    expect(await orders.database.query('SELECT count(*) FROM orders')).toEqual(before);
  });
});

describe('GET /api/orders/{orderId}', () => {
  test('finds an order however its id is written', async () => {
    const orderId = await confirmed();
    const answer = await app.send('GET', `/api/orders/${orderId.toUpperCase()}`);
    expect(answer.body).toMatchObject({ orderId, status: 'confirmed' });
  });

  test('answers 404 for an order that does not exist, and 400 for what is no id', async () => {
    expect((await app.send('GET', `/api/orders/${randomUUID()}`)).body.code).toBe('order_not_found');
    const malformed = await app.send('GET', '/api/orders/42');
    expect(malformed.status).toBe(400);
    expect(malformed.body.errors).toMatchObject([{ field: 'orderId' }]);
  });
});

describe('POST /api/orders/{orderId}/cancel', () => {
  const cancel = (orderId: string) => app.send('POST', `/api/orders/${orderId}/cancel`);

  test('cancels a confirmed order, and says so again', async () => {
    const orderId = await confirmed();
    for (const _ of [1, 2]) {
      const answer = await cancel(orderId);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ orderId, status: 'cancelled', orderVersion: 3 });
    }
    await expect
      .poll(() =>
        app.sent.filter(({ message }) => message.subject === 'OrderCancelled').map(({ message }) => message.body),
      )
      .toMatchObject([{ data: { orderId, orderVersion: 3 } }]);
  });

  test('cancels an order that waits for verification', async () => {
    inventory.behave(behaviours.hangs);
    const { orderId } = (await post(lamp)).body;
    inventory.behave(behaviours.reserves);
    expect((await cancel(String(orderId))).body).toMatchObject({ status: 'cancelled', reason: null });
  });

  test('asks to wait while the order is in progress', async () => {
    const { orderId, finish } = await inFlight();
    const answer = await cancel(orderId);
    expect(answer.status).toBe(409);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.body).toMatchObject({ code: 'order_in_progress', orderId, orderStatus: 'pending' });
    await finish();
    expect((await cancel(orderId)).status).toBe(200);
  });

  test('refuses an order that failed, was shipped or does not exist', async () => {
    inventory.behave(behaviours.refuses({}));
    const failed = String((await post(lamp)).body.orderId);
    inventory.behave(behaviours.reserves);
    const shipped = await confirmed();
    await app.send('POST', `/api/orders/${shipped}/ship`);
    for (const [orderId, orderStatus] of [
      [failed, 'failed'],
      [shipped, 'shipped'],
    ] as const) {
      const answer = await cancel(orderId);
      expect(answer.status).toBe(409);
      expect(answer.body).toMatchObject({ code: 'order_not_cancellable', orderId, orderStatus });
    }
    expect((await cancel(randomUUID())).status).toBe(404);
    expect((await cancel('42')).status).toBe(400);
  });
});

describe('GET /api/orders/{orderId}/negotiate', () => {
  test('shows the shopper where to hear this order and no other', async () => {
    const orderId = await confirmed();
    const answer = await app.send('GET', `/api/orders/${orderId.toUpperCase()}/negotiate`);
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    const { url } = negotiation.parse(answer.body);
    const [, claims = ''] = new URL(url).searchParams.get('access_token')?.split('.') ?? [];
    const token = JSON.parse(Buffer.from(claims, 'base64url').toString());
    expect(token['webpubsub.group']).toEqual([`order-${orderId}`]);
    expect(token).not.toHaveProperty('role');
  });

  test('answers 404 for an order that does not exist, and 400 for what is no id', async () => {
    const unknown = await app.send('GET', `/api/orders/${randomUUID()}/negotiate`);
    expect(unknown).toMatchObject({ status: 404, body: { code: 'order_not_found' } });
    expect((await app.send('GET', '/api/orders/7/negotiate')).status).toBe(400);
  });
});

describe('POST /api/orders/{orderId}/ship', () => {
  const ship = (orderId: string) => app.send('POST', `/api/orders/${orderId}/ship`);

  test('ships a confirmed order, and says so again', async () => {
    const orderId = await confirmed();
    for (const _ of [1, 2])
      expect((await ship(orderId)).body).toMatchObject({ orderId, status: 'shipped', orderVersion: 3 });
  });

  test('refuses any other order', async () => {
    const orderId = await confirmed();
    await app.send('POST', `/api/orders/${orderId}/cancel`);
    const answer = await ship(orderId);
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ code: 'order_not_shippable', orderStatus: 'cancelled' });
  });
});

describe('GET /api/orders', () => {
  const list = async (query = '') => {
    const answer = await app.send('GET', `/api/orders${query}`);
    expect(answer.status).toBe(200);
    return orderPage.parse(answer.body);
  };
  const customerId = `list-${randomUUID().slice(0, 8)}`;
  const made: string[] = [];
  beforeAll(async () => {
    for (let order = 0; order < 5; order += 1) {
      const productId = order === 3 ? 'rare lamp' : 'lamp';
      made.unshift(String((await post({ customerId, productId, quantity: 1 })).body.orderId));
    }
    await app.send('POST', `/api/orders/${made[1]}/cancel`);
  });
  const ids = ({ orders: listed }: { orders: { orderId: string }[] }) => listed.map(({ orderId }) => orderId);

  test('shows the newest first', async () => {
    expect(ids(await list('?limit=5'))).toEqual(made);
  });

  test('filters by customer, status, product and time', async () => {
    expect(ids(await list(`?customerId=${customerId}`))).toEqual(made);
    expect(ids(await list(`?customerId=${customerId}&status=cancelled`))).toEqual([made[1]]);
    expect(ids(await list(`?customerId=${customerId}&status=cancelled,confirmed`))).toEqual(made);
    expect(ids(await list(`?customerId=${customerId}&productId=rare%20lamp`))).toEqual([made[1]]);
    const { createdAt } = (await app.send('GET', `/api/orders/${made[2]}`)).body;
    const from = `?customerId=${customerId}&from=${createdAt}`;
    expect(ids(await list(from))).toContain(made[2]);
    expect(ids(await list(`?customerId=${customerId}&to=${createdAt}`))).not.toContain(made[2]);
    expect(ids(await list(`?customerId=${customerId}&from=2099-01-01T00:00:00%2B01:00`))).toEqual([]);
  });

  test('pages through everything once, though new orders arrive', async () => {
    const seen: string[] = [];
    let query = `?customerId=${customerId}&limit=2`;
    for (let page = 0; page < 3; page += 1) {
      const { orders: listed, nextCursor } = await list(query);
      seen.push(...listed.map(({ orderId }) => orderId));
      await post({ customerId, ...lamp });
      query = `?customerId=${customerId}&limit=2&cursor=${nextCursor}`;
      if (page === 2) expect(nextCursor).toBeNull();
    }
    expect(seen).toEqual(made);
  });

  test.each([
    ['?status=lost', 'status[0]'],
    ['?limit=0', 'limit'],
    ['?limit=101', 'limit'],
    ['?limit=ten', 'limit'],
    ['?from=yesterday', 'from'],
    ['?colour=red', 'colour'],
    ['?cursor=nonsense', 'cursor'],
    [`?cursor=${Buffer.from('["2026-01-01T00:00:00Z","x"]').toString('base64url')}`, 'cursor'],
  ])('names what is wrong with %s', async (query, field) => {
    const answer = await app.send('GET', `/api/orders${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ field }]);
  });
});

describe('what a machine asks for', () => {
  test('GET /health uses the tables, the broker and the warehouse', async () => {
    const answer = await app.send('GET', '/health');
    expect(answer.status).toBe(200);
    expect(Object.keys(healthReport.parse(answer.body).dependencies)).toEqual([
      'database',
      'serviceBus',
      'inventoryGrpc',
    ]);
  });

  test('GET /health says which dependency does not work', async () => {
    const lonely = startOrderApp(
      { ORDERS_DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none', INVENTORY_GRPC_URL: 'http://127.0.0.1:9' },
      { messaging: { probe: () => Promise.reject(new Error('no broker')) } },
    );
    const answer = await lonely.send('GET', '/health');
    expect(answer.status).toBe(503);
    expect(Object.values(healthReport.parse(answer.body).dependencies).map(({ status }) => status)).toEqual(
      Array(3).fill('unhealthy'),
    );
    await lonely.close();
  });

  test('GET /metrics tells orders, calls, breaker and what waits', async () => {
    await confirmed();
    const { text } = await app.send('GET', '/metrics');
    expect(text).toMatch(/orders_created_total\{[^}]*status="confirmed"[^}]*\} \d+/);
    expect(text).toMatch(/inventory_calls_total\{[^}]*status="success"[^}]*\} \d+/);
    expect(text).toMatch(/circuit_breaker_state(\{[^}]*\})? 0/);
    expect(text).toMatch(/order_processing_duration_seconds_bucket/);
    expect(text).toMatch(/orders_unsettled\{[^}]*status="pending_verification"[^}]*\} \d+/);
    expect(text).toMatch(/^orders_unsettled_oldest_seconds\{[^}]*status="pending"[^}]*\} [\d.]+/m);
    expect(text).toMatch(/^outbox_depth(\{[^}]*\})? \d+/m);
    expect(text).toMatch(/^outbox_oldest_seconds(\{[^}]*\})? [\d.]+/m);
  });

  test('any other address is answered as a problem', async () => {
    expect((await app.send('GET', '/nowhere')).body.code).toBe('not_found');
    const wrong = await app.send('DELETE', '/api/orders');
    expect(wrong.status).toBe(405);
    expect(wrong.headers.allow).toBe('POST, GET');
  });
});

describe('the triggers', () => {
  test('settle, relay, sweep and purge', async () => {
    inventory.behave(behaviours.hangs);
    const orderId = String((await post({ ...lamp, idempotencyKey: randomUUID() })).body.orderId);
    inventory.behave(behaviours.reserves);
    const verdict = {
      eventType: 'OrderVerified',
      eventId: randomUUID(),
      timestamp: new Date().toISOString(),
      data: { orderId, status: 'failed', reason: 'unknown_product', productId: 'lamp', recoveredFromCrash: false },
    };
    await app.deliver([verdict, 'garbage']);
    expect((await app.send('GET', `/api/orders/${orderId}`)).body).toMatchObject({
      status: 'failed',
      reason: 'unknown_product',
    });
    const quarantined = await orders.database.query(
      "SELECT reason FROM quarantined_messages WHERE body LIKE '%garbage%'",
    );
    expect(quarantined).toEqual([{ reason: 'unreadable' }]);

    await orders.database.query("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'");
    for (const timer of ['outbox-relay', 'orders-sweep', 'idempotency-keys-purge']) await app.runTimer(timer);
    expect(await orders.database.query('SELECT key FROM idempotency_keys')).toEqual([]);
  });

  test('the outbox keeps what the broker did not take, until the relay sends it', async () => {
    let brokerIsAway = true;
    const flaky = startOrderApp(
      { ORDERS_DATABASE_URL: orders.url, INVENTORY_GRPC_URL: inventory.url },
      {
        messaging: {
          send: async (entity, messages) => {
            if (brokerIsAway) throw new Error('the broker is away');
            app.sent.push(...messages.map((message) => ({ entity, message })));
          },
        },
      },
    );
    const answer = await flaky.send('POST', '/api/orders', { body: lamp });
    expect(answer.status).toBe(201);
    const { orderId } = answer.body;
    brokerIsAway = false;
    await orders.database.query('UPDATE outbox SET claimed_until = now()');
    await flaky.runTimer('outbox-relay');
    const told = app.sent.flatMap(({ message }) =>
      (message.body as { data: { orderId?: string } }).data.orderId === orderId ? [message.subject] : [],
    );
    expect(told).toEqual(['OrderCreated', 'OrderConfirmed']);
    await flaky.close();
  });
});
