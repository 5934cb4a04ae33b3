import { type HttpFunctionOptions, HttpRequest, InvocationContext } from '@azure/functions';
import { chaosChange, chaosDefaults } from '@valerix/contracts/chaos-api';
import { makeChaosSwitch } from '@valerix/inventory/chaos-switch';
import { type Inventory, startInventory } from '@valerix/inventory/inventory.fixture';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

const { http, terminate } = vi.hoisted(() => ({
  http: new Map<string, HttpFunctionOptions>(),
  terminate: [] as (() => Promise<void>)[],
}));

vi.mock('@azure/functions', async (original) => ({
  ...(await original<object>()),
  app: {
    http: (name: string, options: HttpFunctionOptions) => void http.set(name, options),
    hook: { appTerminate: (callback: () => Promise<void>) => void terminate.push(callback) },
  },
}));

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory('chaos_not_allowed');
  vi.stubEnv('INVENTORY_DATABASE_URL', inventory.url);
  // Nobody listens there.
  vi.stubEnv('ServiceBusConnection', 'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=k;SharedAccessKey=c2VjcmV0');
  vi.stubEnv('WebPubSubConnectionString', 'Endpoint=http://127.0.0.1:1;AccessKey=a-key-of-thirty-two-bytes-or-more;');
  vi.stubEnv('StorageConnection', 'UseDevelopmentStorage=true');
  vi.stubEnv('LOG_LEVEL', 'error');
  vi.stubEnv('CHAOS_ALLOWED', 'false');
  await import('./functions/chaos-get.ts');
  await import('./functions/chaos-put.ts');
});
afterAll(async () => {
  for (const callback of terminate) await callback();
  vi.unstubAllEnvs();
  await inventory.stop();
});

async function call(name: 'chaos-get' | 'chaos-put', body?: unknown) {
  const request = new HttpRequest({
    method: name === 'chaos-get' ? 'GET' : 'PUT',
    url: 'http://localhost/api/ops/chaos',
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: { string: JSON.stringify(body) } }),
  });
  const answer = await http.get(name)?.handler(request, new InvocationContext({ functionName: name }));
  if (!answer || !('body' in answer)) throw new Error('no answer');
  return { status: answer.status, body: JSON.parse(String(answer.body)) };
}

it('refuses to switch anything, and nothing is switched', async () => {
  const answer = await call('chaos-put', { gremlin: { mode: 'random' } });
  expect(answer.status).toBe(403);
  expect(answer.body.code).toBe('chaos_not_allowed');
  expect(await inventory.database.query('SELECT FROM chaos_switches')).toEqual([]);
});

it('shows nothing in force, whatever was set while faults were allowed', async () => {
  const before = await makeChaosSwitch(inventory).set(chaosChange.parse({ gremlin: { mode: 'random' } }));
  expect(await call('chaos-get')).toEqual({
    status: 200,
    body: { ...chaosDefaults, expiresAt: null, allowed: false, updatedAt: before.updatedAt },
  });
});
