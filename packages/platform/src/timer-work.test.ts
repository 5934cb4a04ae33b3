import { expect, test } from 'vitest';
import { makeLogger } from './logger.ts';
import { skipWhileAway } from './timer-work.ts';

test('an outage is told once at its beginning and once at its end, however many runs it skips', async () => {
  const lines: string[] = [];
  let away = true;
  let runs = 0;
  const run = skipWhileAway(
    'sweep',
    makeLogger('test', 'info', (line) => lines.push(line)),
    async () => {
      runs += 1;
      if (away) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    },
  );
  await run();
  await run();
  await run();
  away = false;
  await run();
  await run();
  expect(runs).toBe(5);
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(['timer_skipped', 'timer_resumed']);
});

test('any other error is the host’s to know', async () => {
  const run = skipWhileAway(
    'sweep',
    makeLogger('test', 'error', () => {}),
    async () => {
      throw new Error('a mistake of ours');
    },
  );
  await expect(run()).rejects.toThrow('a mistake of ours');
});
