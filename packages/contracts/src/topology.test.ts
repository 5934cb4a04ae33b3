import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type EventType, entityOf, eventData } from './events.ts';
import { queues, subscriptions, topics } from './topology.ts';

interface Named {
  Name: string;
  Properties: Record<string, unknown>;
  Subscriptions?: Named[];
}

const topology = JSON.parse(readFileSync(new URL('../servicebus.topology.json', import.meta.url), 'utf8'));
const namespace = topology.UserConfig.Namespaces[0] as { Queues: Named[]; Topics: Named[] };
const everySubscription = namespace.Topics.flatMap((topic) => topic.Subscriptions ?? []);

const seconds = (duration: unknown) => {
  const [, hours = 0, minutes = 0, rest = 0] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(String(duration)) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
};

test('the names in code are exactly the entities of the topology', () => {
  expect(namespace.Topics.map(({ Name }) => Name).sort()).toEqual(Object.values(topics).sort());
  expect(namespace.Queues.map(({ Name }) => Name)).toEqual(Object.values(queues));
  expect(new Set(everySubscription.map(({ Name }) => Name))).toEqual(new Set(Object.values(subscriptions)));
});

test('every event has an entity of the topology to travel on', () => {
  const entities = [...namespace.Topics, ...namespace.Queues].map(({ Name }) => Name);
  for (const type of Object.keys(eventData)) expect(entities).toContain(entityOf(type as EventType));
});

test('the topology fits the quotas of the official emulator', () => {
  for (const { Properties } of [...namespace.Queues, ...everySubscription]) {
    expect(Properties.MaxDeliveryCount).toBeLessThanOrEqual(10);
    expect(seconds(Properties.LockDuration)).toBeGreaterThanOrEqual(5);
    expect(seconds(Properties.LockDuration)).toBeLessThanOrEqual(300);
  }
  for (const { Properties } of [...namespace.Queues, ...namespace.Topics]) {
    expect(seconds(Properties.DefaultMessageTimeToLive)).toBeLessThanOrEqual(3600);
    expect(seconds(Properties.DuplicateDetectionHistoryTimeWindow)).toBeLessThanOrEqual(300);
  }
});

test('a message that nobody could handle in time is dead-lettered, not lost, wherever stock or an order depends on it', () => {
  const vital = [...namespace.Queues, ...everySubscription.filter(({ Name }) => Name !== subscriptions.dashboard)];
  for (const { Properties } of vital) expect(Properties.DeadLetteringOnMessageExpiration).toBe(true);
});
