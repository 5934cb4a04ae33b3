import { expect, test } from 'vitest';
import { startResourceManager } from './resource-manager.fixture.ts';

const get = { method: 'GET', path: '/providers/Microsoft.App/jobs/roles', apiVersion: '2025-01-01' } as const;

test('a call names the resource group and the version, and carries the token', async () => {
  const { call, heard } = await startResourceManager(() => ({ body: { name: 'roles' } }));
  expect((await call(get)).body).toEqual({ name: 'roles' });
  expect(heard).toEqual([
    { method: 'GET', path: get.path, apiVersion: '2025-01-01', authorization: 'Bearer the-token', body: undefined },
  ]);
});

test('throttling is waited out for as long as the answer asks for, a fault of the server ever longer', async () => {
  const answers = [{ status: 429, headers: { 'retry-after': '7' } }, { status: 503 }, { body: { name: 'roles' } }];
  const { call, pauses } = await startResourceManager(() => answers.shift() ?? {});
  await call(get);
  expect(pauses).toEqual([7_000, 2_000]);
});

test('a refusal is not tried again and says its code', async () => {
  const error = { code: 'AuthorizationFailed', message: 'The client has no right.' };
  const { call, heard } = await startResourceManager(() => ({ status: 403, body: { error } }));
  await expect(call(get)).rejects.toMatchObject({
    status: 403,
    code: 'AuthorizationFailed',
    message: expect.stringContaining('The client has no right.'),
  });
  expect(heard).toHaveLength(1);
});

test('a server that stays at fault is given up after five tries', async () => {
  const { call, heard } = await startResourceManager(() => ({ status: 500, body: 'no JSON of theirs' }));
  await expect(call(get)).rejects.toMatchObject({ status: 500, code: 'Unknown' });
  expect(heard).toHaveLength(5);
});

test('the token goes nowhere but to Azure, whatever address an answer gave', async () => {
  const { call } = await startResourceManager(() => ({}));
  const elsewhere = await startResourceManager(() => ({}));
  await expect(call({ ...get, path: `${elsewhere.endpoint}/somewhere` })).rejects.toThrow('is not on');
  expect(elsewhere.heard).toEqual([]);
});
