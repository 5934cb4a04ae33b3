import type { Clock } from './clock.ts';
import type { Settings, Topology } from './definition.ts';
import { pump } from './delivery.ts';
import { type BrokerContext, type Entity, makeEntity } from './entity.ts';
import { entityNotFound } from './errors.ts';
import { expireDue } from './expiry.ts';
import type { Journal } from './journal.ts';
import { enqueue } from './publish.ts';
import { compileRule } from './rule.ts';

export interface Broker extends BrokerContext {
  /** In configuration order; dead-letter queues stand behind their owners. */
  readonly entities: readonly Entity[];
  /** Does what has come due by the clock. */
  tick(): void;
}

export interface BrokerOptions {
  readonly topology: Topology;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly maxMessageBytes: number;
}

export function makeBroker({ topology, clock, journal, maxMessageBytes }: BrokerOptions): Broker {
  const byPath = new Map<string, Entity>();
  const entities: Entity[] = [];
  const find = (path: string): Entity | undefined => byPath.get(path.toLowerCase());

  const broker: Broker = {
    clock,
    journal,
    maxMessageBytes,
    entities,
    find,
    get(path) {
      const entity = find(path);
      if (!entity) throw entityNotFound(path);
      return entity;
    },
    enqueue: (target, content, facts) => enqueue(broker, target, content, facts),
    wake(entity) {
      if (entity.isAwake || (entity.receivers.length === 0 && !entity.sessions)) return;
      entity.isAwake = true;
      setImmediate(() => {
        entity.isAwake = false;
        pump(entity);
      });
    },
    tick() {
      for (const entity of entities) expireDue(entity);
    },
  };

  function add(entity: Entity): Entity {
    byPath.set(entity.path.toLowerCase(), entity);
    entities.push(entity);
    return entity;
  }

  function addWithDeadLetters(
    kind: 'queue' | 'subscription',
    path: string,
    settings: Settings,
    parent?: Entity,
  ): Entity {
    const deadLetters = makeEntity({
      broker,
      path: `${path}/$DeadLetterQueue`,
      kind: 'dead-letter',
      settings: { ...settings, requiresSession: false, forwardTo: undefined, forwardDeadLettersTo: undefined },
    });
    const entity = add(makeEntity({ broker, path, kind, settings, parent, deadLetters }));
    add(deadLetters);
    return entity;
  }

  for (const queue of topology.queues) addWithDeadLetters('queue', queue.name, queue.settings);
  for (const definition of topology.topics) {
    const topic = add(makeEntity({ broker, path: definition.name, kind: 'topic', settings: definition.settings }));
    for (const { name, settings, rules } of definition.subscriptions) {
      const subscription = addWithDeadLetters('subscription', `${topic.path}/Subscriptions/${name}`, settings, topic);
      for (const rule of rules) subscription.rules.set(rule.name, compileRule(rule));
      topic.subscriptions.push(subscription);
    }
  }
  return broker;
}
