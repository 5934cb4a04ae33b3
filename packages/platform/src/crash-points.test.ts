import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { ConfigError, parseConfig } from './config.ts';
import { armCrashPoint, crashPointSettings, crashPointVariables, passCrashPoint } from './crash-points.ts';
import { makeLogger } from './logger.ts';

const lines: string[] = [];
const logger = makeLogger('test', 'info', (line) => void lines.push(line));
const settingsOf = (env: Record<string, string>) => crashPointSettings(parseConfig(crashPointVariables, env));

afterEach(() => {
  armCrashPoint(undefined, logger);
  lines.length = 0;
});

test('without the variable nothing is armed, said or done', () => {
  armCrashPoint(settingsOf({}), logger, () => expect.unreachable());
  passCrashPoint('order.before-answer');
  expect(lines).toEqual([]);
});

test('the process dies at the named point and at no other', () => {
  let deaths = 0;
  armCrashPoint(settingsOf({ CRASH_POINT: 'order.before-answer' }), logger, () => void deaths++);
  passCrashPoint('order.before-reserve');
  expect(deaths).toBe(0);
  passCrashPoint('order.before-answer');
  expect(deaths).toBe(1);
});

test('it dies at the Nth passing, and says both that it will and that it does', () => {
  const deaths: number[] = [];
  let passing = 0;
  const settings = settingsOf({ CRASH_POINT: 'grpc.before-answer', CRASH_POINT_NTH: '3' });
  armCrashPoint(settings, logger, () => void deaths.push(passing));
  for (passing = 1; passing <= 5; passing++) passCrashPoint('grpc.before-answer');
  expect(deaths).toEqual([3]);
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(['crash_point_armed', 'crash_point_reached']);
});

test('a point that does not exist is a configuration error that names those that do', () => {
  expect(() => settingsOf({ CRASH_POINT: 'order.nowhere' })).toThrow(ConfigError);
  expect(() => settingsOf({ CRASH_POINT: 'order.nowhere' })).toThrow(/must be one of order\.after-validation, /);
});

test('where faults are not allowed, a crash point is a configuration error', () => {
  expect(() => settingsOf({ CRASH_POINT: 'order.before-answer', CHAOS_ALLOWED: 'false' })).toThrow(
    /CRASH_POINT is set although CHAOS_ALLOWED is false/,
  );
});

test('a real process is gone at once, by SIGKILL, with its last words said', async () => {
  const script = `
    import { armCrashPoint, passCrashPoint } from '${new URL('./crash-points.ts', import.meta.url)}';
    import { makeLogger } from '${new URL('./logger.ts', import.meta.url)}';
    armCrashPoint({ point: 'order.before-answer', nth: 1 }, makeLogger('test'));
    passCrashPoint('order.before-answer');
    console.log('still alive');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
  expect(output).toContain('crash_point_reached');
  expect(output).not.toContain('still alive');
});
