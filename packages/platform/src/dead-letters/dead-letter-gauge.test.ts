import { expect, test } from 'vitest';
import { makeLogger } from '../logger.ts';
import { makeMetrics } from '../metrics.ts';
import type { LetterCount } from './dead-letter.ts';
import { observeDeadLetters } from './dead-letter-gauge.ts';

const logger = makeLogger('test', 'error', () => {});
const counted = (letters: number): LetterCount => ({
  source: 'broker',
  entity: 'verify-orders',
  reader: 'verify-orders',
  letters,
});

function gauge(count: () => Promise<readonly LetterCount[]>) {
  const metrics = makeMetrics('test');
  let clock = 0;
  observeDeadLetters({
    meter: metrics.meter,
    boxes: [{ name: 'box', count }],
    countAtMost: 1_000,
    logger,
    waitMs: 20,
    now: () => clock,
  });
  return {
    pass: (ms: number) => {
      clock += ms;
    },
    read: async () => {
      const line = (await metrics.text()).split('\n').find((text) => text.startsWith('dead_letters{'));
      return line === undefined ? undefined : Number(line.split(' ').at(-1));
    },
  };
}

test('dead letters are counted again only after fifteen seconds', async () => {
  let times = 0;
  const { read, pass } = gauge(async () => {
    times += 1;
    return [counted(times)];
  });
  expect(await read()).toBe(1);
  pass(15_000);
  expect(await read()).toBe(1);
  pass(1);
  expect(await read()).toBe(2);
});

test('a count that takes long holds nobody up, and is shown when it is there', async () => {
  const counting = Promise.withResolvers<readonly LetterCount[]>();
  const { read } = gauge(() => counting.promise);
  expect(await read()).toBeUndefined();
  counting.resolve([counted(7)]);
  expect(await read()).toBe(7);
});

test('what cannot be counted is shown as it was counted last', async () => {
  let away = false;
  const { read, pass } = gauge(() => (away ? Promise.reject(new Error('away')) : Promise.resolve([counted(3)])));
  expect(await read()).toBe(3);
  away = true;
  pass(20_000);
  expect(await read()).toBe(3);
});
