import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { makeHealth } from './health.ts';
import { makeLogger } from './logger.ts';

const silent = makeLogger('test', 'error', () => {});

test('a service is healthy when every dependency answers', async () => {
  const health = makeHealth({
    service: 's',
    logger: silent,
    probes: { database: async () => {}, bus: async () => {} },
  });
  const report = await health();
  expect(report.status).toBe('healthy');
  expect(Object.keys(report.dependencies)).toEqual(['database', 'bus']);
});

test('one dependency that fails makes the service unhealthy and tells strangers nothing of the inside', async () => {
  const health = makeHealth({
    service: 's',
    logger: silent,
    probes: {
      database: async () => {
        throw new Error('password authentication failed for user "orders"');
      },
      bus: async () => {},
    },
  });
  const report = await health();
  expect(report.status).toBe('unhealthy');
  expect(report.dependencies.database?.status).toBe('unhealthy');
  expect(report.dependencies.bus?.status).toBe('healthy');
  expect(JSON.stringify(report)).not.toContain('password');
});

test('a dependency that hangs is unhealthy once its time is up', async () => {
  const health = makeHealth({
    service: 's',
    logger: silent,
    timeoutMs: 20,
    probes: { database: () => new Promise(() => {}) },
  });
  expect((await health()).status).toBe('unhealthy');
});

test('probes that come together, and soon after, cost one check', async () => {
  let checks = 0;
  let clock = 0;
  const health = makeHealth({
    service: 's',
    logger: silent,
    cacheMs: 1000,
    now: () => clock,
    probes: {
      database: async () => {
        checks += 1;
      },
    },
  });
  await Promise.all([health(), health()]);
  clock = 900;
  await health();
  expect(checks).toBe(1);
  clock = 1100;
  await health();
  expect(checks).toBe(2);
});

test('an answer that came in time counts although the process was too busy to read it', async () => {
  const server = createServer((socket) => socket.on('data', (bytes) => socket.write(bytes)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  onTestFinished(async () => {
    socket.destroy();
    server.close();
    await once(server, 'close');
  });
  // The answer is in the socket before the process looks at its timers again.
  socket.write('?');
  await new Promise((resolve) => setImmediate(resolve));
  const health = makeHealth({
    service: 's',
    logger: silent,
    timeoutMs: 20,
    probes: {
      database: async () => {
        const answer = once(socket, 'data');
        const busyUntil = performance.now() + 60;
        while (performance.now() < busyUntil);
        await answer;
      },
    },
  });
  expect((await health()).status).toBe('healthy');
});
