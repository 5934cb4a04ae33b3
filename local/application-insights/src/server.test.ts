import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type IngestionServer, startIngestionServer } from './server.ts';
import { openTelemetryStore } from './telemetry-store.ts';

let directory: string;
let server: IngestionServer;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ingestion-'));
  server = await startIngestionServer('127.0.0.1', 0, openTelemetryStore(directory));
});
afterEach(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

const url = (path: string) => `http://127.0.0.1:${server.port}${path}`;
const post = async (body: string | Buffer, headers: Record<string, string> = {}, path = '/v2.1/track') => {
  const response = await fetch(url(path), { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const item = (id: string) => ({
  name: 'Request',
  time: '2026-01-01T00:00:00.000Z',
  tags: { 'ai.operation.id': id },
  data: { baseType: 'RequestData', baseData: { name: id } },
});

test('telemetry is taken as an array or by lines, zipped or not, and counted', async () => {
  expect(await post(JSON.stringify([item('a'), item('b')]))).toMatchObject({ status: 200, body: { itemsAccepted: 2 } });
  const lines = gzipSync(`${JSON.stringify(item('c'))}\n${JSON.stringify(item('d'))}\n`);
  expect(await post(lines, { 'content-encoding': 'gzip' }, '/v2/track')).toMatchObject({ body: { itemsAccepted: 2 } });
  const kept = (await (await fetch(url('/items'))).json()) as { tags: Record<string, string> }[];
  expect(kept.map(({ tags }) => tags['ai.operation.id'])).toEqual(['a', 'b', 'c', 'd']);
});

test.each([
  ['broken JSON', '[{', 400],
  ['something else', '[{"a":1}]', 400],
  ['more than fits', ' '.repeat(17 * 1024 * 1024), 413],
])('%s is refused, and nothing of it is kept', async (_, body, status) => {
  expect((await post(body)).status).toBe(status);
  expect(await (await fetch(url('/items'))).json()).toEqual([]);
});

test('another address is not found', async () => {
  expect((await post('[]', {}, '/elsewhere')).status).toBe(404);
});
