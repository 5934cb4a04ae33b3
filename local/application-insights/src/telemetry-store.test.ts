import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Envelope } from './envelope.ts';
import { openTelemetryStore } from './telemetry-store.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'telemetry-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const item = (traceId: string, name = 'Request'): Envelope => ({
  name,
  time: '2026-01-01T00:00:00.000Z',
  tags: { 'ai.operation.id': traceId },
  data: { baseType: 'RequestData', baseData: {} },
});

test('what is kept is read again by its trace, also by the next process', () => {
  openTelemetryStore(directory).keep([item('a'.repeat(32)), item('b'.repeat(32))]);
  const store = openTelemetryStore(directory);
  expect(store.read('b'.repeat(32))).toEqual([item('b'.repeat(32))]);
  expect(store.read()).toHaveLength(2);
});

test('an item that only mentions a trace does not belong to it', () => {
  const store = openTelemetryStore(directory);
  store.keep([item('a'.repeat(32), 'b'.repeat(32))]);
  expect(store.read('b'.repeat(32))).toEqual([]);
});

test('the disk that is used is bounded: the older half goes', () => {
  const store = openTelemetryStore(directory, 2_000);
  for (let n = 0; n < 100; n++) store.keep([item(String(n).padStart(32, '0'))]);
  expect(readdirSync(directory).sort()).toEqual(['telemetry.1.jsonl', 'telemetry.jsonl']);
  const kept = store.read();
  expect(kept.length).toBeLessThan(30);
  expect(kept.at(-1)).toEqual(item('99'.padStart(32, '0')));
});

test('half a line, left by a process that was killed, harms nothing', () => {
  const store = openTelemetryStore(directory);
  store.keep([item('a'.repeat(32))]);
  appendFileSync(join(directory, 'telemetry.jsonl'), '{"name":');
  expect(store.read()).toHaveLength(1);
});
