import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSilentServer } from 'node:net';
import { queues } from '@valerix/contracts/topology';
import { startEmulator as startServiceBus } from '@valerix/servicebus-emulator';
import { startEmulator as startWebPubSub } from '@valerix/webpubsub-emulator';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Storage, startStorage } from '../../../../tests/setup/azurite.ts';
import { openAlertTable } from '../alerts/alert-table.ts';
import { makeLogger } from '../logger.ts';
import { makeMessaging } from '../messaging.ts';
import { makeMetrics } from '../metrics.ts';
import { makeClientUrl } from '../push/client-url.ts';
import { makePush } from '../push/push.ts';
import { startTelemetry } from '../telemetry/telemetry.ts';
import { openContainer } from './blob-container.ts';
import { openTableClient } from './table-client.ts';
import { startTlsFront, trustedCertificate } from './tls-front.fixture.ts';
import { startTokenIssuer, type TokenIssuer } from './token-issuer.fixture.ts';

let issuer: TokenIssuer;
beforeAll(async () => {
  issuer = await startTokenIssuer();
});
afterAll(() => issuer.stop());
afterEach(() => {
  issuer.trouble = undefined;
});

const topology = {
  UserConfig: { Namespaces: [{ Name: 'sbemulatorns', Queues: [{ Name: queues.verifyOrders, Properties: {} }] }] },
};
const message = () => ({ messageId: randomUUID(), subject: 'Test', body: { works: true }, properties: {} });

/** A namespace that takes the tokens of the issuer alone; what it was shown. */
async function startNamespace() {
  const shown: { type: string; audience: string }[] = [];
  const emulator = await startServiceBus({
    config: topology,
    checkToken({ type, token, audience }) {
      shown.push({ type, audience });
      return type === 'jwt' && issuer.verify(token, 'https://servicebus.azure.net/') !== undefined;
    },
  });
  onTestFinished(() => emulator.close());
  const fullyQualifiedNamespace = `localhost:${await startTlsFront(emulator.port)}`;
  return { shown, emulator, fullyQualifiedNamespace };
}

test('Service Bus is opened with a token: sending, probing and dead letters', async () => {
  const { shown, fullyQualifiedNamespace } = await startNamespace();
  const messaging = makeMessaging({ fullyQualifiedNamespace });
  onTestFinished(() => messaging.close());
  await messaging.send(queues.verifyOrders, [message(), message()]);
  await messaging.probe(queues.verifyOrders);
  expect(await messaging.deadLetterQueue(queues.verifyOrders).peek({ from: '0', count: 1 })).toEqual([]);
  expect(new Set(shown.map(({ type }) => type))).toEqual(new Set(['jwt']));
  expect(shown.length).toBeGreaterThanOrEqual(2);
});

test('a namespace that takes tokens alone refuses a key', async () => {
  const { emulator } = await startNamespace();
  const byKey = makeMessaging({ connectionString: emulator.connectionString });
  onTestFinished(() => byKey.close());
  await expect(byKey.send(queues.verifyOrders, [message()])).rejects.toMatchObject({
    errors: [{ code: 'UnauthorizedAccess' }, { code: 'UnauthorizedAccess' }],
  });
});

async function startPushService() {
  const emulator = await startWebPubSub({
    checkIdentityToken: (token) => issuer.verify(token, 'https://webpubsub.azure.com') !== undefined,
  });
  onTestFinished(() => emulator.close());
  return `https://localhost:${await startTlsFront(emulator.port)}`;
}

test('Web PubSub is opened with a token, and signs the addresses of browsers', async () => {
  const serviceUri = await startPushService();
  const { url } = await makeClientUrl({ serviceUri })('order-1');
  expect(url).toMatch(/^wss:\/\/localhost:\d+\/client\/hubs\/valerix\?access_token=/);
  const heard = new WebSocket(url, 'json.webpubsub.azure.v1');
  onTestFinished(() => heard.close());
  const messages: string[] = [];
  heard.addEventListener('message', ({ data }) => messages.push(String(data)));
  await once(heard, 'message');
  expect(messages[0]).toContain('"connected"');

  const metrics = makeMetrics('test');
  const push = makePush({ connection: { serviceUri }, metrics, logger: makeLogger('test', 'error', () => {}) });
  const arrived = once(heard, 'message');
  await push.send('order-1', [alert], Date.now() + 5_000);
  await arrived;
  expect(messages.at(-1)).toContain('LowStockAlert');
});

const alert = {
  eventType: 'LowStockAlert' as const,
  eventId: '00000000-0000-4000-8000-000000000001',
  timestamp: '2026-01-01T00:00:00.000Z',
  data: { productId: 'beans', currentStock: 1, threshold: 2, stockVersion: 3 },
};

test('while Web PubSub is silent, an address is refused in bounded time as temporarily unavailable', async () => {
  const silent = createSilentServer();
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void silent.close());
  const port = await startTlsFront((silent.address() as AddressInfo).port);
  const startedAt = performance.now();
  const asked = makeClientUrl({ serviceUri: `https://localhost:${port}` })('order-1');
  await expect(asked).rejects.toMatchObject({ name: 'RequestError', code: 'temporarily_unavailable' });
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});

test('Application Insights is sent telemetry with a token', async () => {
  const seen: { path: string | undefined; token: string }[] = [];
  const ingestion = createServer(async (request, response) => {
    await request.toArray();
    seen.push({ path: request.url, token: request.headers.authorization?.replace('Bearer ', '') ?? '' });
    response.writeHead(200).end(JSON.stringify({ itemsReceived: 1, itemsAccepted: 1, errors: [] }));
  });
  await once(ingestion.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void ingestion.close());
  const port = await startTlsFront((ingestion.address() as AddressInfo).port);
  const telemetry = await startTelemetry('test', {
    APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${randomUUID()};IngestionEndpoint=https://localhost:${port}/`,
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=any',
    TELEMETRY_TRACES_PER_SECOND: 5,
    TELEMETRY_METRICS_INTERVAL_MS: 60_000,
  });
  telemetry.metrics.meter.createCounter('things').add(1);
  await telemetry.close();
  expect(seen.map(({ path }) => path)).toContain('/v2.1/track');
  for (const { token } of seen) expect(issuer.verify(token, 'https://monitor.azure.com')).toBeDefined();
});

let storage: Storage | undefined;
const https = async () => {
  storage ??= await startStorage(trustedCertificate());
  return storage.places;
};
afterAll(() => storage?.stop());

test('tables are opened with a token', async () => {
  const places = await https();
  const table = openAlertTable(places);
  expect(await table.readState()).toEqual({ state: undefined, version: undefined });
  const rows = openTableClient(places, 'backupcalls');
  await rows.createTable();
  await rows.createEntity({ partitionKey: 'vault', rowKey: '2026-01-01' });
  expect(await rows.getEntity('vault', '2026-01-01')).toMatchObject({ rowKey: '2026-01-01' });
});

test('blobs are opened with a token, and by the key of a connection string', async () => {
  const places = await https();
  const container = openContainer(places, 'backup-staging');
  await container.createIfNotExists();
  await container.getBlockBlobClient('a/b').upload('content', 7);
  expect((await container.getBlockBlobClient('a/b').downloadToBuffer()).toString()).toBe('content');
  const connectionString = (storage as Storage).connection
    .replaceAll('http', 'https')
    .replaceAll('127.0.0.1', 'localhost');
  const byKey = openContainer({ connectionString }, 'backup-staging');
  expect((await byKey.getBlockBlobClient('a/b').downloadToBuffer()).toString()).toBe('content');
});

test('a token is never sent over plain HTTP', async () => {
  const { blobServiceUri } = await https();
  const plain = openContainer({ blobServiceUri: blobServiceUri.replace('https', 'http') }, 'backup-staging');
  await expect(plain.exists()).rejects.toThrow('Bearer token authentication is not permitted for non-TLS');
});
