import { expect, test } from 'vitest';
import { z } from 'zod';
import { makeCaller } from './service-calls.ts';

const config = { orderUrl: 'http://order', inventoryUrl: 'http://inventory' };
const schema = z.object({ state: z.enum(['green', 'red']) });

const callAnswered = (answer: () => Promise<Response>, onKeyRefused = () => {}) =>
  makeCaller({ config, operatorKey: 'key', onKeyRefused, fetch: answer })({
    service: 'inventory',
    path: '/api/ops/alerts',
    schema,
  });

test('an answer of the agreed shape is given as it is', async () => {
  expect(await callAnswered(async () => Response.json({ state: 'green' }))).toEqual({ state: 'green' });
});

test.each([
  ['another shape', async () => Response.json({ state: 'purple' })],
  ['no JSON', async () => new Response('<html>')],
])('%s is unreadable', async (_, answer) => {
  await expect(callAnswered(answer)).rejects.toMatchObject({ kind: 'unreadable' });
});

test('a service that is away, or whose answer breaks off, is unreachable', async () => {
  const broken = new ReadableStream({ start: (controller) => controller.error(new TypeError('network error')) });
  const away = () => Promise.reject(new TypeError('Failed to fetch'));
  for (const answer of [away, async () => new Response(broken)]) {
    await expect(callAnswered(answer)).rejects.toMatchObject({ kind: 'unreachable' });
  }
});

test('a key that is refused is told', async () => {
  let refused = 0;
  const call = callAnswered(
    async () => new Response('', { status: 401 }),
    () => {
      refused += 1;
    },
  );
  await expect(call).rejects.toMatchObject({ kind: 'refused', status: 401 });
  expect(refused).toBe(1);
});
