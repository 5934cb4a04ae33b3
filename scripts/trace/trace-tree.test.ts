import { expect, test } from 'vitest';
import { readItems, traceLines } from './trace-tree.ts';

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();
const span = (baseType: string, id: string, parent: string | undefined, ms: number, more: object = {}) => ({
  time: at(ms),
  tags: { 'ai.cloud.role': 'order', ...(parent && { 'ai.operation.parentId': parent }) },
  data: { baseType, baseData: { id, name: id, duration: '00:00:00.0250000', success: true, ...more } },
});

test('spans stand below their parents in the order of time, whatever order they were sent in', () => {
  const lines = traceLines(
    readItems([
      span('RemoteDependencyData', 'late', 'root', 30),
      span('RemoteDependencyData', 'early', 'root', 10),
      span('RequestData', 'inner', 'early', 12, { responseCode: '0' }),
      span('RequestData', 'root', undefined, 0, { responseCode: '201' }),
    ]),
  );
  expect(lines.map(({ depth, atMs, what }) => [depth, atMs, what])).toEqual([
    [0, 0, 'root -> 201'],
    [1, 10, 'early'],
    [2, 12, 'inner'],
    [1, 30, 'late'],
  ]);
  expect(lines[0]?.durationMs).toBe(25);
});

test('a span whose parent was never sent, as by a process that died, is still shown', () => {
  const lines = traceLines(readItems([span('RequestData', 'orphan', 'of-the-dead', 5)]));
  expect(lines).toMatchObject([{ depth: 0, what: 'orphan' }]);
});

test('failures, exceptions and log lines show what happened', () => {
  const lines = traceLines(
    readItems([
      span('RequestData', 'root', undefined, 0, { success: false, responseCode: '503' }),
      {
        ...span('ExceptionData', 'x', 'root', 1),
        data: { baseType: 'ExceptionData', baseData: { exceptions: [{ typeName: 'Error', message: 'away' }] } },
      },
      {
        ...span('MessageData', 'x', 'root', 2),
        data: { baseType: 'MessageData', baseData: { message: 'order_status_changed', properties: { to: 'failed' } } },
      },
      { ...span('MetricData', 'x', 'root', 3) },
    ]),
  );
  expect(lines.map(({ what, failed }) => [what, failed])).toEqual([
    ['root -> 503', true],
    ['! Error: away', true],
    ['# order_status_changed to=failed', false],
  ]);
});
