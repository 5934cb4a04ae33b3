import { ServiceBusClient } from '@azure/service-bus';
import { startEmulator } from '@valerix/servicebus-emulator';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import topology from '../../contracts/servicebus.topology.json' with { type: 'json' };
import { openTestBooks, type TestBooks } from './books.fixture.ts';
import type { Report } from './reconcile.ts';
import type { RepairRun } from './reconcile-and-repair.ts';
import { runReconciler } from './run.ts';

let books: TestBooks;
beforeAll(async () => {
  books = await openTestBooks('reconcile command');
});
afterAll(() => books.stop());
beforeEach(() => books.empty());

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const printed: string[] = [];
  const complaints: string[] = [];
  const code = await runReconciler({
    args,
    env,
    booksOfHome: async (home) => {
      throw new Error(`nothing runs in ${home}`);
    },
    print: (text) => void printed.push(text),
    complain: (text) => void complaints.push(text),
  });
  return { code, printed: printed.join('\n'), complaints: complaints.join('\n') };
}

const urls = () => ({ ORDERS_DATABASE_URL: books.urls.orders, INVENTORY_DATABASE_URL: books.urls.inventory });
const withWrongTotal = async () => {
  const productId = await books.product(10);
  const orderId = await books.order({ status: 'confirmed', productId });
  await books.orders.query('UPDATE orders SET total_minor = 1');
  return orderId;
};

describe('exits with 0', () => {
  test('when the books are right, and says what it examined', async () => {
    await books.order({ status: 'shipped', productId: await books.product(10) });
    const { code, printed } = await run(['--orders-url', books.urls.orders, '--inventory-url', books.urls.inventory]);
    expect(code).toBe(0);
    expect(printed).toMatch(/^agreement +1 +0 +0$/m);
    expect(printed).toMatch(/The books are right: \d+ facts examined in [\d.]+ s; 0 in flight\./);
  });

  test('after it repaired all there was', async () => {
    const orderId = await withWrongTotal();
    const { code, printed } = await run(['--repair'], urls());
    expect(code).toBe(0);
    expect(printed).toContain('Before: 1 promise is broken');
    expect(printed).toMatch(new RegExp(`repaired +${orderId}: copy names and prices`));
    expect(printed).toContain('The books are right');
    expect((await run(['--repair'], urls())).printed).toContain('Nothing to repair.');
  });

  test('when asked for its usage', async () => {
    expect(await run(['--help'])).toMatchObject({ code: 0, printed: expect.stringContaining('--strict') });
  });
});

describe('exits with 1', () => {
  test('when a promise is broken, explains it and says what a repair would do', async () => {
    const orderId = await withWrongTotal();
    const { code, printed } = await run([], urls());
    expect(code).toBe(1);
    expect(printed).toContain(`Order ${orderId} is confirmed, but its total is 1 and its lines come to 3980.`);
    expect(printed).toContain('--repair can copy names and prices from the reservation and add them up.');
    expect(printed).toContain('1 promise is broken');
  });

  test('when something is still on its way and nothing may be', async () => {
    await books.order({ status: 'pending', productId: await books.product(10) });
    expect((await run([], urls())).code).toBe(0);
    expect((await run(['--strict'], urls())).code).toBe(1);
  });

  test('and the same as JSON', async () => {
    const orderId = await withWrongTotal();
    const report = JSON.parse((await run(['--json'], urls())).printed) as Report;
    expect(report).toMatchObject({ breaches: 1, inFlight: 0, strict: false });
    expect(report.checks.flatMap(({ findings }) => findings)).toMatchObject([
      { check: 'confirmed_orders', subject: orderId, repairable: { kind: 'price', orderId } },
    ]);
    const repair = JSON.parse((await run(['--json', '--repair'], urls())).printed) as RepairRun;
    expect(repair).toMatchObject({ before: { breaches: 1 }, outcomes: [{ attempt: { kind: 'repaired' } }] });
    expect(repair.after.breaches).toBe(0);
  });
});

describe('exits with 2', () => {
  test.each([
    [['--nonsense'], {}, /'--nonsense'[\s\S]*Usage:/],
    [['--grace', 'soon'], {}, /--grace needs a number of seconds, not 'soon'/],
    [['--orders-url', 'x'], {}, /The inventory database is missing/],
    [[], { INVENTORY_DATABASE_URL: 'x' }, /The orders database is missing/],
    [['--home', 'here', '--orders-url', 'x'], {}, /either --home or the URLs/],
    [['--home', 'here'], {}, /^nothing runs in here$/],
    [[], { VALERIX_HOME: 'there' }, /^nothing runs in there$/],
  ])('%j %j', async (args, env, says) => {
    const { code, complaints, printed } = await run(args, env as Record<string, string>);
    expect(code).toBe(2);
    expect(complaints).toMatch(says);
    expect(printed).toBe('');
  });

  test('when a database cannot be reached, and names it without its password', async () => {
    const away = 'postgresql://someone:secret-word@127.0.0.1:1/orders';
    const { code, complaints } = await run(['--orders-url', away, '--inventory-url', books.urls.inventory]);
    expect(code).toBe(2);
    expect(complaints).toMatch(/^The orders database cannot be used: .*ECONNREFUSED/);
    expect(complaints).not.toContain('secret-word');
  });

  test('when a database is another one', async () => {
    const { code, complaints } = await run(['--orders-url', books.urls.orders, '--inventory-url', books.urls.orders]);
    expect(code).toBe(2);
    expect(complaints).toMatch(/^The inventory database cannot be used: .*"reservations" does not exist/);
  });

  test('when Service Bus cannot be reached', async () => {
    const away =
      'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=k;SharedAccessKey=c2VjcmV0;UseDevelopmentEmulator=true;';
    const { code, complaints } = await run(['--service-bus', away], urls());
    expect(code).toBe(2);
    expect(complaints).toMatch(/^Service Bus cannot be asked for dead letters: .*--no-service-bus/);
    expect((await run(['--no-service-bus'], { ...urls(), ServiceBusConnection: away })).code).toBe(0);
  });
});

test('counts dead letters each time anew', async () => {
  const emulator = await startEmulator({ config: topology });
  try {
    const client = new ServiceBusClient(emulator.connectionString);
    await client.createSender('verify-orders').sendMessages({ body: 'nonsense', messageId: 'm1' });
    const receiver = client.createReceiver('verify-orders');
    const [message] = await receiver.receiveMessages(1);
    if (message)
      await receiver.deadLetterMessage(message, { deadLetterReason: 'unreadable', deadLetterErrorDescription: '' });
    await client.close();
    const args = ['--service-bus', emulator.connectionString];
    for (const _ of ['first', 'second']) {
      const { code, printed } = await run([...args, '--repair'], urls());
      expect(code).toBe(1);
      expect(printed).toContain('1 messages are dead letters of verify-orders, the first as unreadable.');
      expect(printed).toContain('Only a human can decide this.');
    }
  } finally {
    await emulator.close();
  }
});
