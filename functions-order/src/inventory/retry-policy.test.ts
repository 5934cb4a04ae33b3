import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { classifyCallError } from './grpc-classification.ts';
import { backoffBefore, type RetryPolicy, withRetries } from './retry-policy.ts';

const defaults: RetryPolicy = { budgetMs: 2_000, attemptTimeoutMs: 2_000, maxAttempts: 3, backoffMs: 50 };
const failing = (code: unknown) => Object.assign(new Error(`code ${code}`), { code });

/** Runs attempts on a clock that only they and the pauses move; a failing attempt takes `takes` ms or its timeout. */
async function play(policy: RetryPolicy, attempts: readonly { code?: unknown; takes: number }[]) {
  let now = 0;
  const startedAt: number[] = [];
  const clock = {
    now: () => now,
    wait: async (ms: number) => {
      now += ms;
    },
    random: () => 1,
  };
  const outcome = await withRetries(policy, clock, classifyCallError, async (deadline) => {
    const next = attempts[startedAt.length];
    startedAt.push(now);
    if (next === undefined) throw new Error('one attempt too many');
    const late = now + next.takes > deadline;
    now = late ? deadline : now + next.takes;
    if (late) throw failing(status.DEADLINE_EXCEEDED);
    if (next.code !== undefined) throw failing(next.code);
    return 'reserved';
  }).catch((error: Error) => error.message);
  return { outcome, startedAt, tookMs: now };
}

const hangs = { takes: Number.POSITIVE_INFINITY };
const broken = { code: status.UNAVAILABLE, takes: 1 };

describe('a reservation', () => {
  test('is tried once when it succeeds', async () => {
    expect(await play(defaults, [{ takes: 5 }])).toEqual({ outcome: 'reserved', startedAt: [0], tookMs: 5 });
  });

  test('that finds no connection is tried three times with growing pauses', async () => {
    const { outcome, startedAt } = await play(defaults, [broken, broken, broken]);
    expect(outcome).toBe(`code ${status.UNAVAILABLE}`);
    expect(startedAt).toEqual([0, 51, 152]);
  });

  test('succeeds when the connection heals in between', async () => {
    expect(await play(defaults, [broken, { takes: 5 }])).toMatchObject({ outcome: 'reserved', startedAt: [0, 51] });
  });

  test('that hangs ends with its budget and is not tried again', async () => {
    const { outcome, startedAt, tookMs } = await play(defaults, [hangs]);
    expect(outcome).toBe(`code ${status.DEADLINE_EXCEEDED}`);
    expect(startedAt).toEqual([0]);
    expect(tookMs).toBe(2_000);
  });

  test('that breaks late gets what is left of the budget', async () => {
    const { startedAt, tookMs } = await play(defaults, [{ ...broken, takes: 1_500 }, hangs]);
    expect(startedAt).toEqual([0, 1_550]);
    expect(tookMs).toBe(2_000);
  });

  test('is not tried again when the pause would use up the budget', async () => {
    expect(await play(defaults, [{ ...broken, takes: 1_960 }])).toMatchObject({ startedAt: [0], tookMs: 1_960 });
  });

  test.each([status.INTERNAL, status.UNKNOWN, status.ABORTED, status.RESOURCE_EXHAUSTED, 'EOPENBREAKER'])(
    'that ends with %s is not tried again',
    async (code) => {
      expect(await play(defaults, [{ code, takes: 1 }])).toMatchObject({ startedAt: [0] });
    },
  );
});

test('a pause is at least half of its backoff and at most the whole', () => {
  expect([0, 0.5, 1].map((random) => backoffBefore(1, 50, random))).toEqual([25, 37.5, 50]);
  expect([1, 2, 3].map((retry) => backoffBefore(retry, 1_000, 1))).toEqual([1_000, 2_000, 4_000]);
});

test('the older policy of 5 s an attempt, three attempts and 1 s x 2^n is a matter of configuration', async () => {
  const config = readConfig({
    ORDERS_DATABASE_URL: 'postgresql://db/orders',
    ServiceBusConnection: 'sb',
    StorageConnection: 'storage',
    WebPubSubConnectionString: 'Endpoint=https://push.example;AccessKey=secret;',
    INVENTORY_GRPC_URL: 'http://warehouse:50051',
    INVENTORY_BUDGET_MS: '18000',
    INVENTORY_ATTEMPT_TIMEOUT_MS: '5000',
    INVENTORY_MAX_ATTEMPTS: '3',
    INVENTORY_BACKOFF_MS: '1000',
  });
  const older: RetryPolicy = {
    budgetMs: config.INVENTORY_BUDGET_MS,
    attemptTimeoutMs: config.INVENTORY_ATTEMPT_TIMEOUT_MS,
    maxAttempts: config.INVENTORY_MAX_ATTEMPTS,
    backoffMs: config.INVENTORY_BACKOFF_MS,
  };
  const { startedAt, tookMs } = await play(older, [hangs, hangs, hangs]);
  expect(startedAt).toEqual([0, 6_000, 13_000]);
  expect(tookMs).toBe(18_000);
});
