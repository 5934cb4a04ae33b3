import { randomUUID } from 'node:crypto';
import { queues } from '@valerix/contracts/topology';
import { startEmulator } from '@valerix/servicebus-emulator';
import { expect, onTestFinished, test } from 'vitest';
import { startNetwork } from '../../../tests/chaos/network.ts';
import { until } from '../../../tests/system/until.ts';
import { makeMessaging } from './messaging.ts';

const topology = {
  UserConfig: { Namespaces: [{ Name: 'sbemulatorns', Queues: [{ Name: queues.verifyOrders, Properties: {} }] }] },
};
const message = () => ({ messageId: randomUUID(), subject: 'Test', body: {}, properties: {} });

async function connectThroughNetwork() {
  const emulator = await startEmulator({ config: topology });
  const network = await startNetwork(emulator.connectionString);
  const messaging = makeMessaging({ connectionString: network.via(emulator.connectionString) });
  onTestFinished(async () => {
    await messaging.close();
    await network.close();
    await emulator.close();
  });
  return { network, messaging };
}

const succeeds = (work: () => Promise<void>) => () =>
  work().then(
    () => true,
    () => false,
  );

test('a connection that dies without a word is replaced within 20 s', { timeout: 60_000 }, async () => {
  const { network, messaging } = await connectThroughNetwork();
  await messaging.send(queues.verifyOrders, [message()]);
  await messaging.probe(queues.verifyOrders);

  network.forget();
  const within = { timeoutMs: 20_000 };
  await Promise.all([
    until(
      'a message to be taken',
      succeeds(() => messaging.send(queues.verifyOrders, [message()])),
      within,
    ),
    until(
      'the broker to be seen',
      succeeds(() => messaging.probe(queues.verifyOrders)),
      within,
    ),
  ]);
});

test('one answer that is late does not cost the connection', async () => {
  const { network, messaging } = await connectThroughNetwork();
  await messaging.send(queues.verifyOrders, [message()]);
  network.delay(2_500);
  await expect(messaging.probe(queues.verifyOrders)).rejects.toThrow('aborted');
  const connections = network.connections();
  network.heal();
  await messaging.send(queues.verifyOrders, [message()]);
  expect(network.connections()).toBe(connections);
});
