import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startVaultServer, type VaultServer } from './server.ts';

let data: string;
let server: VaultServer;
let clock: number;
const start = async (keepDays = 400) => {
  server = await startVaultServer({ host: '127.0.0.1', port: 0, data, keepDays, now: () => new Date(clock) });
};
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'vault-'));
  clock = Date.UTC(2026, 2, 2, 1, 30);
  await start();
});
afterEach(async () => {
  await server.stop();
  rmSync(data, { recursive: true, force: true });
});

const url = (path: string) => `http://127.0.0.1:${server.port}${path}`;
const body = Buffer.from('0123456789'.repeat(1_000));
const digest = createHash('sha256').update(body).digest('hex');
const put = (day: string, headers: Record<string, string> = {}) =>
  fetch(url(`/archives/${day}`), { method: 'PUT', body, headers: { 'x-content-sha256': digest, ...headers } });
const fail = (failure: unknown) => fetch(url('/admin/failure'), { method: 'PUT', body: JSON.stringify({ failure }) });
const calls = async () => (await fetch(url('/admin/calls'))).json();

test('an archive is given back whole and in ranges, with its digest', async () => {
  expect((await put('2026-03-02')).status).toBe(201);
  const whole = await fetch(url('/archives/2026-03-02'));
  expect(whole.headers.get('x-content-sha256')).toBe(digest);
  expect(Buffer.from(await whole.arrayBuffer()).equals(body)).toBe(true);
  const part = await fetch(url('/archives/2026-03-02'), { headers: { range: 'bytes=3-6' } });
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 3-6/10000', '3456']);
  expect((await fetch(url('/archives/2026-03-02'), { headers: { range: 'bytes=10000-' } })).status).toBe(416);
  expect((await fetch(url('/archives/2026-03-02'), { method: 'HEAD' })).headers.get('content-length')).toBe('10000');
  expect(await (await fetch(url('/archives'))).json()).toEqual([{ day: '2026-03-02', bytes: 10_000, sha256: digest }]);
  expect((await fetch(url('/archives/2026-03-03'))).status).toBe(404);
});

test('the second call of a UTC day is refused, also after a restart, and the next day has one again', async () => {
  await put('2026-03-02');
  await server.stop();
  // Half a line, as a kill may leave it.
  appendFileSync(join(data, 'calls.jsonl'), '{"at":');
  await start();
  clock = Date.UTC(2026, 2, 2, 23, 59, 59);
  const refused = await put('2026-03-03');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  clock += 1_000;
  expect((await put('2026-03-03')).status).toBe(201);
  expect(await calls()).toMatchObject([{ accepted: true }, { accepted: false }, { accepted: true }]);
});

test('what is not what its headers say is not kept, and the call has been made', async () => {
  expect((await put('2026-03-02', { 'x-content-sha256': '0'.repeat(64) })).status).toBe(400);
  expect(await (await fetch(url('/archives'))).json()).toEqual([]);
  expect((await put('2026-03-02')).status).toBe(429);
});

test('an archive is never changed or removed over HTTP', async () => {
  await put('2026-03-02');
  clock += 86_400_000;
  expect((await put('2026-03-02')).status).toBe(429);
  expect((await fetch(url('/archives/2026-03-02'), { method: 'DELETE' })).status).toBe(405);
});

test.each([
  ['503', 503, 0],
  ['429', 429, 0],
  ['half-read', undefined, 0],
  ['store-then-cut', undefined, 1],
  ['away', undefined, 0],
])('told to, it fails: %s', async (failure, status, kept) => {
  expect((await fail(failure)).status).toBe(200);
  expect(
    await put('2026-03-02').then(
      (answer) => answer.status,
      () => undefined,
    ),
  ).toBe(status);
  await fail(null);
  expect(await (await fetch(url('/archives'))).json()).toHaveLength(kept);
  expect(await calls()).toHaveLength(failure === 'away' ? 0 : 1);
});

test('an unknown way to fail is refused', async () => {
  expect((await fail('slowly')).status).toBe(400);
});

test('archives beyond the days that are kept go at a start', async () => {
  await put('2026-03-02');
  clock += 11 * 86_400_000;
  await server.stop();
  await start(10);
  expect(await (await fetch(url('/archives'))).json()).toEqual([]);
});
