/**
 * Messages per second through the emulator with the unmodified SDK, each in a process of its own.
 * node local/servicebus-emulator/bench.ts [messages per case, default 10000] [sync mode, default write]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { freePortBase } from '../../tests/system/free-ports.ts';
import { spawnEmulator } from './src/process.fixture.ts';

const COUNT = Number(process.argv[2] ?? 10_000);
const SYNC = process.argv[3] ?? 'write';

const rule = (Name: string, SqlExpression: string): object => ({
  Name,
  Properties: { FilterType: 'Sql', SqlFilter: { SqlExpression } },
});
const correlation = { FilterType: 'Correlation', CorrelationFilter: { Label: 'reserved' } };
const CONFIG = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'sbemulatorns',
        Queues: ['one', 'many', 'batched'].map((Name) => ({ Name, Properties: {} })),
        Topics: [
          {
            Name: 'topic',
            Properties: {},
            Subscriptions: [
              { Name: 'all', Properties: {} },
              { Name: 'correlated', Properties: {}, Rules: [{ Name: 'r', Properties: correlation }] },
              { Name: 'sql', Properties: {}, Rules: [rule('r', "sys.Label = 'reserved' AND quantity > 5")] },
            ],
          },
        ],
      },
    ],
  },
};

function message(): ServiceBusMessage {
  return {
    subject: 'reserved',
    body: {
      orderId: 'a6f0e9e0-4f0b-4f57-9d3e-6a4a8e3f0c11',
      items: [{ productId: 'p-1', quantity: 2 }],
      note: 'x'.repeat(300),
    },
    applicationProperties: { eventType: 'StockReserved', quantity: 9 },
  };
}

async function measure(name: string, count: number, run: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  await run();
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${name.padEnd(40)} ${Math.round(count / seconds)
      .toLocaleString('en-US')
      .padStart(8)} msg/s`,
  );
}

/** Runs `work` count times, `width` of them at once. */
async function inFlight(count: number, width: number, work: () => Promise<unknown>): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: width }, worker));
}

const directory = mkdtempSync(path.join(tmpdir(), 'bench-'));
const config = path.join(directory, 'Config.json');
writeFileSync(config, JSON.stringify(CONFIG));
const port = await freePortBase();
const data = path.join(directory, 'data');
const emulator = await spawnEmulator([
  ...['--config', config, '--port', String(port), '--admin-port', '0'],
  ...['--data', data, '--sync', SYNC],
]);
const client = new ServiceBusClient(
  `Endpoint=sb://localhost:${port};SharedAccessKeyName=R;SharedAccessKey=S;UseDevelopmentEmulator=true;`,
);

try {
  const one = client.createSender('one');
  const few = Math.ceil(COUNT / 10);
  await measure('send, one at a time', few, () => inFlight(few, 1, () => one.sendMessages(message())));
  const many = client.createSender('many');
  await measure('send, 50 in flight', COUNT, () => inFlight(COUNT, 50, () => many.sendMessages(message())));
  const batched = client.createSender('batched');
  const hundred = (): ServiceBusMessage[] => Array.from({ length: 100 }, message);
  const batches = Math.ceil(COUNT / 100);
  await measure('send, batches of 100, 4 in flight', batches * 100, () =>
    inFlight(batches, 4, () => batched.sendMessages(hundred())),
  );

  const receiver = client.createReceiver('many');
  await measure('receive 100 at a time and complete', COUNT, async () => {
    for (let left = COUNT; left > 0; ) {
      const received = await receiver.receiveMessages(100);
      await Promise.all(received.map((each) => receiver.completeMessage(each)));
      left -= received.length;
    }
  });
  await measure('subscribe, 50 concurrent calls', batches * 100, async () => {
    await new Promise<void>((resolve) => {
      let left = batches * 100;
      client.createReceiver('batched').subscribe(
        {
          async processMessage() {
            if (--left === 0) resolve();
          },
          async processError() {},
        },
        { maxConcurrentCalls: 50 },
      );
    });
  });
  const topic = client.createSender('topic');
  await measure('send to 3 filtered subscriptions, 50', COUNT, () =>
    inFlight(COUNT, 50, () => topic.sendMessages(message())),
  );
} finally {
  await client.close();
  await emulator.end('SIGTERM');
  rmSync(directory, { recursive: true });
}
