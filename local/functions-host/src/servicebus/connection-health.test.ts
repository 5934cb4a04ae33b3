import { expect, test } from 'vitest';
import { makeLog } from '../log.ts';
import { makeConnectionHealth } from './connection-health.ts';

function makeHealth() {
  const lines: string[] = [];
  const log = makeLog({}, (line) => lines.push(line.slice('hh:mm:ss.mmm '.length).trim()));
  return { lines, health: makeConnectionHealth('Bus', log) };
}

const refused = new AggregateError([new Error('first'), new Error('connect ECONNREFUSED')]);
const notFound = Object.assign(new Error('no such queue'), { code: 'MessagingEntityNotFound' });

test('an outage is one line however many listeners and attempts it takes, its end another', () => {
  const { lines, health } = makeHealth();
  for (let attempt = 0; attempt < 50; attempt++) {
    health.failed('a', refused);
    health.failed('b', refused);
  }
  expect(lines).toEqual(['WARN  servicebus Bus cannot be reached, will keep trying: connect ECONNREFUSED']);
  health.works('a');
  expect(lines).toHaveLength(1);
  health.works('b');
  health.works('b');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/^WARN {2}servicebus Bus is reached again after \d+\.\d s$/);
});

test('a second outage is told again', () => {
  const { lines, health } = makeHealth();
  for (let round = 0; round < 2; round++) {
    health.failed('a', refused);
    health.works('a');
  }
  expect(lines).toHaveLength(4);
});

test('an entity that does not exist is named, once, and does not count as an outage', () => {
  const { lines, health } = makeHealth();
  health.failed('missing', notFound);
  health.failed('missing', notFound);
  expect(lines).toEqual([
    'ERROR servicebus cannot receive from missing of Bus (MessagingEntityNotFound), will keep trying: no such queue',
  ]);
  health.failed('a', refused);
  health.works('a');
  expect(lines).toHaveLength(3);
  health.works('missing');
  expect(lines.at(-1)).toBe('WARN  servicebus receiving from missing of Bus');
});
