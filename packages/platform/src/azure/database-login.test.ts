import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { ConfigError, parseConfig } from '../config.ts';
import { makeLogger } from '../logger.ts';
import { type Database, openDatabase } from '../postgres.ts';
import { isUnavailable } from '../postgres-errors.ts';
import { makeCertificate } from './certificate.fixture.ts';
import { databaseUrl } from './database-login.ts';
import { startTlsFront } from './tls-front.fixture.ts';
import { startTokenIssuer, type TokenIssuer } from './token-issuer.fixture.ts';

const RESOURCE = 'https://ossrdbms-aad.database.windows.net';
const role = `id-shop-${randomUUID().slice(0, 8)}`;
const serverPort = Number(new URL(inject('postgresAdminUrl')).port);
let issuer: TokenIssuer;
let admin: pg.Client;

beforeAll(async () => {
  admin = new pg.Client(inject('postgresAdminUrl'));
  await admin.connect();
  await admin.query(`CREATE ROLE "${role}" LOGIN`);
  await admin.query(`GRANT CONNECT ON DATABASE postgres TO "${role}"`);
  issuer = await startTokenIssuer();
});
afterAll(async () => {
  await issuer.stop();
  await admin.query(`DROP OWNED BY "${role}"`);
  await admin.query(`DROP ROLE "${role}"`);
  await admin.end();
});
let clock = Date.now();
beforeEach(async () => {
  // Far enough for no token of the test before to be good any more.
  clock += 24 * 3_600_000;
  vi.useFakeTimers({ toFake: ['Date'], now: clock });
  issuer.lifetimeSeconds = 3_600;
  await acceptNextToken();
});
afterEach(() => {
  issuer.trouble = undefined;
  vi.useRealTimers();
});

/** A pool behind TLS; how many connections it may have is how many statements can be under way. */
async function openWithToken({ maxConnections = 1, port = 0 } = {}): Promise<Database> {
  const at = port || (await startTlsFront(serverPort, { asksFirst: true }));
  const database = openDatabase({
    url: `postgresql://${role}@localhost:${at}/postgres?sslmode=verify-full`,
    authentication: 'entra',
    maxConnections,
    logger: makeLogger('test', 'error', () => {}),
  });
  onTestFinished(() => database.close());
  return database;
}

/** From now on the server takes the token that will be issued next and no other. */
const acceptNextToken = () => admin.query(`ALTER ROLE "${role}" PASSWORD '${issuer.prepare(RESOURCE)}'`);
const cutConnections = () =>
  admin.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = $1', [role]);
/** Tries again, as every caller does: where much else is at work a connection may not be made in its 1.5 s. */
const triesAgain = <T>(work: () => Promise<T>) => vi.waitFor(work, { timeout: 15_000, interval: 100 });
const whoAmI = (database: Database) =>
  triesAgain(async () => (await database.query<{ me: string }>('SELECT current_user AS me')).map(({ me }) => me));
const passes = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);
const issuedSince = (count: number) => issuer.issued.slice(count);

test('the token of the managed identity is the password, asked for once for all connections', async () => {
  const before = issuer.issued.length;
  const database = await openWithToken({ maxConnections: 8 });
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => triesAgain(() => database.query('SELECT pg_sleep(0.05)'))),
  );
  expect(answers).toHaveLength(8);
  expect(await whoAmI(database)).toEqual([role]);
  expect(issuedSince(before)).toEqual([
    { resource: RESOURCE, clientId: process.env.AZURE_CLIENT_ID, token: expect.any(String) },
  ]);
});

test('a new connection uses the token there is until five minutes before it expires, and then a new one', async () => {
  const before = issuer.issued.length;
  const database = await openWithToken();
  await whoAmI(database);
  passes(50 * 60_000);
  await cutConnections();
  await whoAmI(database);
  expect(issuedSince(before)).toHaveLength(1);
  passes(6 * 60_000);
  await acceptNextToken();
  await cutConnections();
  await whoAmI(database);
  expect(issuedSince(before)).toHaveLength(2);
});

test('a token that the server does not take any more is no fault of the statement: the caller tries again', async () => {
  const database = await openWithToken();
  await whoAmI(database);
  await acceptNextToken();
  await cutConnections();
  const refusal = await vi.waitFor(
    async () => {
      const error = await database.query('SELECT 1').then(
        () => expect.fail('The server took an old token.'),
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ code: '28P01' });
      return error;
    },
    { timeout: 15_000 },
  );
  expect(isUnavailable(refusal)).toBe(true);
  passes(56 * 60_000);
  expect(await whoAmI(database)).toEqual([role]);
});

test.each(['silent', 'broken'] as const)(
  'an issuer that is %s makes the database unavailable in bounded time',
  async (trouble) => {
    const held: (() => void)[] = [];
    issuer.trouble = (response) => {
      if (trouble === 'silent') held.push(() => response.destroy());
      else response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"unavailable"}');
    };
    const database = await openWithToken();
    const startedAt = performance.now();
    const error = await database.query('SELECT 1').catch((reason: unknown) => reason);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(isUnavailable(error)).toBe(true);
    issuer.trouble = undefined;
    for (const letGo of held) letGo();
    expect(await whoAmI(database)).toEqual([role]);
  },
);

test('a server whose certificate nobody vouches for never sees a token', async () => {
  const before = issuer.issued.length;
  const port = await startTlsFront(serverPort, { asksFirst: true, certificate: makeCertificate() });
  const database = await openWithToken({ port });
  await expect(database.query('SELECT 1')).rejects.toThrow('self-signed certificate');
  expect(issuedSince(before)).toEqual([]);
});

test('a URL for tokens names the role, no password and a verified server', () => {
  const read = (url: string, DATABASE_AUTHENTICATION: string) => {
    const env = { URL: url, DATABASE_AUTHENTICATION };
    return parseConfig({ URL: databaseUrl(env) }, env).URL;
  };
  const good = 'postgresql://id-order@shop.postgres.database.azure.com:5432/orders?sslmode=verify-full';
  expect(read(good, 'entra')).toBe(good);
  for (const bad of [
    'shop.postgres.database.azure.com',
    good.replace('?sslmode=verify-full', ''),
    good.replace('verify-full', 'require'),
    good.replace('id-order@', ''),
    good.replace('id-order@', 'id-order:secret@'),
    good.replace('/orders', ''),
    `${good}&sslrootcert=/tmp/other.pem`,
  ]) {
    expect(() => read(bad, 'entra')).toThrow(ConfigError);
    expect(() => read(bad, 'entra')).not.toThrow('secret');
    expect(read(bad, 'password')).toBe(bad);
  }
});
