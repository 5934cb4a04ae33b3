import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ensureContainer, openContainer } from './blob-container.ts';
import { makeTableMaker, openTableClient } from './table-client.ts';

let server: Server;
afterEach(() => void server.close());

/** A storage account that answers every request alike; Azurite knows no roles. */
async function accountAnswering(status: number, code: string) {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', 'x-ms-error-code': code });
    response.end(JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: code } } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key = Buffer.alloc(64).toString('base64');
  const connection = {
    connectionString: `DefaultEndpointsProtocol=http;AccountName=roles;AccountKey=${key};BlobEndpoint=${url}/roles;TableEndpoint=${url}/roles;`,
  };
  return {
    table: openTableClient(connection, 'alertbuckets', { retryOptions: { maxRetries: 0 } }),
    container: openContainer(connection, 'backup-staging', { retryOptions: { maxTries: 1 } }),
  };
}

test('a service that may use a table or container and not make it takes the deployment’s word for it', async () => {
  const { table, container } = await accountAnswering(403, 'AuthorizationPermissionMismatch');
  await makeTableMaker(table, 5_000).ensure();
  await ensureContainer(container);
});

test('any other refusal to make a table or container is an error', async () => {
  const { table, container } = await accountAnswering(400, 'InvalidResourceName');
  await expect(makeTableMaker(table, 5_000).ensure()).rejects.toMatchObject({ statusCode: 400 });
  await expect(ensureContainer(container)).rejects.toMatchObject({ statusCode: 400 });
});
