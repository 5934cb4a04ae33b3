import { expect, test } from 'vitest';
import { makeLogger } from './logger.ts';
import { inSpan } from './telemetry/spans.ts';
import { traceIdOf } from './trace-context.ts';

test('a line tells the event and then its facts, in the order in which they were given', () => {
  const lines: string[] = [];
  makeLogger('test', 'info', (line) => void lines.push(line)).info('order_swept', { asked: 2, gaveUp: 1 });
  expect(lines).toEqual([expect.stringMatching(/"service":"test","event":"order_swept","asked":2,"gaveUp":1}$/)]);
});

test('inside a span a line ends with its trace, unless the facts name the trace they are about', async () => {
  const lines: string[] = [];
  const logger = makeLogger('test', 'info', (line) => void lines.push(line));
  const traceparent = await inSpan('work', { parent: null }, async (span) => {
    logger.info('crash_point_reached', { point: 'order.before-answer' });
    logger.info('order_status_changed', { traceId: 'its-own' });
    return span.traceparent;
  });
  expect(lines[0]).toMatch(
    `"event":"crash_point_reached","point":"order.before-answer","traceId":"${traceIdOf(traceparent)}"`,
  );
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ traceId: 'its-own' });
});

test('what is below the level is neither written nor handed on', () => {
  const told: string[] = [];
  const logger = makeLogger(
    'test',
    'warn',
    (line) => void told.push(line),
    (_level, event) => void told.push(event),
  );
  logger.info('quiet');
  logger.error('loud', { error: new Error('broken') });
  expect(told).toEqual([expect.stringContaining('"error":"Error: broken"'), 'loud']);
});
