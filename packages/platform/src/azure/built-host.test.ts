import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { startEmulator } from '@valerix/servicebus-emulator';
import pg from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startStorage } from '../../../../tests/setup/azurite.ts';
import { copyBuiltHost } from './built-alone.fixture.ts';
import { startTlsFront, trustedCertificate } from './tls-front.fixture.ts';
import { startTokenIssuer } from './token-issuer.fixture.ts';

const topology = new URL('../../../contracts/servicebus.topology.json', import.meta.url);

test('the built gRPC host, alone in a folder, is healthy with tokens and not one key', async () => {
  const issuer = await startTokenIssuer();
  onTestFinished(() => issuer.stop());
  const storage = await startStorage(trustedCertificate());
  onTestFinished(() => storage.stop());
  const bus = await startEmulator({
    config: JSON.parse(await readFile(topology, 'utf8')),
    checkToken: ({ token }) => issuer.verify(token, 'https://servicebus.azure.net/') !== undefined,
  });
  onTestFinished(() => bus.close());

  const name = `built-host-${randomUUID().slice(0, 8)}`;
  const admin = new pg.Client(inject('postgresAdminUrl'));
  await admin.connect();
  const token = issuer.prepare('https://ossrdbms-aad.database.windows.net');
  await admin.query(`CREATE ROLE "${name}" LOGIN PASSWORD '${token}'`);
  await admin.query(`CREATE DATABASE "${name}" OWNER "${name}"`);
  onTestFinished(async () => {
    await admin.query(`DROP DATABASE "${name}" WITH (FORCE)`);
    await admin.query(`DROP ROLE "${name}"`);
    await admin.end();
  });
  const postgres = await startTlsFront(Number(new URL(inject('postgresAdminUrl')).port), { asksFirst: true });

  const { folder, env } = await copyBuiltHost();
  const host = spawn(process.execPath, ['main.js'], {
    cwd: folder,
    env: {
      ...env,
      DATABASE_AUTHENTICATION: 'entra',
      INVENTORY_DATABASE_URL: `postgresql://${name}@localhost:${postgres}/${name}?sslmode=verify-full`,
      ServiceBusConnection__fullyQualifiedNamespace: `localhost:${await startTlsFront(bus.port)}`,
      StorageConnection__tableServiceUri: storage.places.tableServiceUri,
      GRPC_HOST: '127.0.0.1',
      GRPC_PORT: '0',
      HEALTH_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(host, 'exit');
  onTestFinished(async () => {
    host.kill('SIGKILL');
    await ended;
  });
  let said = '';
  host.stdout.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  const started = () => said.split('\n').find((line) => line.includes('host_started'));
  await expect.poll(started, { timeout: 30_000 }).toBeDefined();
  const { healthPort } = JSON.parse(started() ?? '{}');
  const health = async () => (await (await fetch(`http://127.0.0.1:${healthPort}/health`)).json()) as unknown;
  await expect.poll(health, { timeout: 30_000, interval: 300 }).toMatchObject({
    dependencies: { database: { status: 'healthy' }, serviceBus: { status: 'healthy' } },
  });
  const storageToken = () => issuer.issued.some(({ resource }) => resource === 'https://storage.azure.com');
  await expect.poll(storageToken, { timeout: 15_000 }).toBe(true);
  expect(said).not.toContain('alert_storage_away');
}, 90_000);
