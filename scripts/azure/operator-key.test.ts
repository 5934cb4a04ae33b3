import { expect, test } from 'vitest';
import { ensureOperatorKey } from './operator-key.ts';
import { startResourceManager } from './resource-manager.fixture.ts';

const apps: readonly [string, string] = ['func-order', 'func-inventory'];

/** Two Function Apps with these keys, that keep what is put. */
async function startApps(keys: Record<string, Record<string, string>>) {
  const arm = await startResourceManager(({ method, path, body }) => {
    const app = path.split('/')[4] ?? '';
    if (method === 'POST') return { body: { masterKey: 'm', functionKeys: keys[app] } };
    const { name, value } = (body as { properties: { name: string; value: string } }).properties;
    keys[app] = { ...keys[app], [name]: value };
    return { status: 201, body };
  });
  const source = { newKey: () => 'fresh', pause: arm.clock.pause };
  return { ...arm, source };
}

test('the first deployment makes one key for both services', async () => {
  const keys = { 'func-order': { default: 'a' }, 'func-inventory': { default: 'b' } };
  const { call, source } = await startApps(keys);
  expect(await ensureOperatorKey(call, apps, source)).toBe('fresh');
  expect(keys).toEqual({
    'func-order': { default: 'a', operator: 'fresh' },
    'func-inventory': { default: 'b', operator: 'fresh' },
  });
});

test('another deployment keeps the key and changes nothing', async () => {
  const { call, source, heard } = await startApps({
    'func-order': { operator: 'kept' },
    'func-inventory': { operator: 'kept' },
  });
  expect(await ensureOperatorKey(call, apps, source)).toBe('kept');
  expect(heard.filter(({ method }) => method === 'PUT')).toEqual([]);
});

test('a service without the key, or with another, is given the key of the first', async () => {
  const missing = { 'func-order': {}, 'func-inventory': { operator: 'kept' } };
  const first = await startApps(missing);
  expect(await ensureOperatorKey(first.call, apps, first.source)).toBe('kept');
  expect(missing['func-order']).toEqual({ operator: 'kept' });

  const different = { 'func-order': { operator: 'kept' }, 'func-inventory': { operator: 'old' } };
  const second = await startApps(different);
  await ensureOperatorKey(second.call, apps, second.source);
  expect(different['func-inventory']).toEqual({ operator: 'kept' });
});

test('an app that is still starting is asked again', async () => {
  let refusals = 2;
  const { call, clock, pauses } = await startResourceManager(() =>
    refusals-- > 0
      ? { status: 400, body: { error: { code: 'BadRequest', message: 'The host runtime is not up.' } } }
      : { body: { functionKeys: { operator: 'kept' } } },
  );
  await ensureOperatorKey(call, ['func-order'], { newKey: () => 'fresh', pause: clock.pause });
  expect(pauses).toEqual([10_000, 10_000]);
});
