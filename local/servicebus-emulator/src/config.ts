import { type Fields, makeFields } from './config-fields.ts';
import { findForwardingFaults } from './config-forwarding.ts';
import { readRules } from './config-rules.ts';
import { ConfigError, parseJsonWithComments } from './config-text.ts';
import {
  DEFAULT_SETTINGS,
  type QueueDefinition,
  type Settings,
  type SubscriptionDefinition,
  type TopicDefinition,
  type Topology,
} from './definition.ts';

// The quotas of the official emulator: a configuration that passes here is one it takes too.
const MAX_ENTITIES = 50;
const MAX_SUBSCRIPTIONS = 50;
const MAX_CORRELATION_RULES = 1000;
const MAX_SQL_RULES = 70;
const TIME_TO_LIVE = { from: 'PT5M', to: 'PT1H' };
const LOCK_DURATION = { from: 'PT5S', to: 'PT5M' };
const DUPLICATE_WINDOW = { from: 'PT5S', to: 'PT5M' };
const MAX_DELIVERY_COUNT = { from: '1', to: '10' };

const TOPIC_PROPERTIES = [
  'DefaultMessageTimeToLive',
  'DuplicateDetectionHistoryTimeWindow',
  'RequiresDuplicateDetection',
];
const SUBSCRIPTION_PROPERTIES = [
  'DeadLetteringOnMessageExpiration',
  'DefaultMessageTimeToLive',
  'ForwardDeadLetteredMessagesTo',
  'ForwardTo',
  'LockDuration',
  'MaxDeliveryCount',
  'RequiresSession',
];
const QUEUE_PROPERTIES = [
  ...SUBSCRIPTION_PROPERTIES,
  'DuplicateDetectionHistoryTimeWindow',
  'RequiresDuplicateDetection',
];

const ENTITY_NAME = /^[A-Za-z0-9](?:[\w./-]*[A-Za-z0-9])?$/;

/** The text of a Config.json in the official emulator's format. Throws ConfigError naming every fault. */
export function parseConfigText(text: string): Topology {
  return parseConfig(parseJsonWithComments(text));
}

/** A Config.json already read as JSON. Throws ConfigError naming every fault. */
export function parseConfig(json: unknown): Topology {
  const faults: string[] = [];
  const root = makeFields(faults, 'the configuration', json, ['$schema', 'UserConfig']);
  if (!root.has('UserConfig')) root.fault('UserConfig is missing.');
  const user = root.object('UserConfig', ['Namespaces', 'Logging'], 'UserConfig');
  user.object('Logging', ['Type'], 'UserConfig.Logging').text('Type');
  const namespaces = user.list('Namespaces');
  if (namespaces.length !== 1) user.fault(`Namespaces must list exactly one namespace, not ${namespaces.length}.`);
  const namespace = makeFields(faults, 'the namespace', namespaces[0] ?? {}, ['Name', 'Queues', 'Topics']);
  if (namespaces.length > 0) namespace.requiredText('Name');

  const queues = namespace.list('Queues').map((item, index) => readQueue(faults, item, index));
  const topics = namespace.list('Topics').map((item, index) => readTopic(faults, item, index));
  const topology = { queues, topics };
  checkNames(namespace, [...queues, ...topics]);
  if (faults.length === 0) faults.push(...findForwardingFaults(topology));
  if (faults.length > 0) throw new ConfigError(faults);
  return topology;
}

function readQueue(faults: string[], item: unknown, index: number): QueueDefinition {
  const queue = makeFields(faults, `queue ${index + 1}`, item, ['Name', 'Properties']);
  const name = readName(queue, 260);
  return { name, settings: readSettings(queue.object('Properties', QUEUE_PROPERTIES, `queue '${name}'`)) };
}

function readTopic(faults: string[], item: unknown, index: number): TopicDefinition {
  const topic = makeFields(faults, `topic ${index + 1}`, item, ['Name', 'Properties', 'Subscriptions']);
  const name = readName(topic, 260);
  const settings = readSettings(topic.object('Properties', TOPIC_PROPERTIES, `topic '${name}'`));
  const listed = topic.list('Subscriptions');
  if (listed.length === 0) faults.push(`In topic '${name}': at least one subscription is needed.`);
  if (listed.length > MAX_SUBSCRIPTIONS) {
    faults.push(`In topic '${name}': at most ${MAX_SUBSCRIPTIONS} subscriptions are allowed, not ${listed.length}.`);
  }
  const subscriptions = listed.map((subscription, at) => readSubscription(faults, name, subscription, at));
  checkUnique(subscriptions, (twice) =>
    faults.push(`In topic '${name}': the subscription '${twice}' is listed twice.`),
  );
  checkRuleCounts(subscriptions, (what) => faults.push(`In topic '${name}': ${what}`));
  return { name, settings, subscriptions };
}

function readSubscription(faults: string[], topic: string, item: unknown, index: number): SubscriptionDefinition {
  const place = `subscription ${index + 1} of topic '${topic}'`;
  const subscription = makeFields(faults, place, item, ['Name', 'Properties', 'Rules']);
  const name = readName(subscription, 50);
  const where = `subscription '${name}' of topic '${topic}'`;
  return {
    name,
    settings: readSettings(subscription.object('Properties', SUBSCRIPTION_PROPERTIES, where)),
    rules: readRules(faults, where, subscription.list('Rules')),
  };
}

function readSettings(properties: Fields): Settings {
  const defaults = DEFAULT_SETTINGS;
  return {
    lockDurationMs: properties.duration('LockDuration', LOCK_DURATION, defaults.lockDurationMs),
    maxDeliveryCount: properties.integer('MaxDeliveryCount', MAX_DELIVERY_COUNT, defaults.maxDeliveryCount),
    timeToLiveMs: properties.duration('DefaultMessageTimeToLive', TIME_TO_LIVE, defaults.timeToLiveMs),
    deadLettersExpired: properties.flag('DeadLetteringOnMessageExpiration', defaults.deadLettersExpired),
    requiresSession: properties.flag('RequiresSession', defaults.requiresSession),
    requiresDuplicateDetection: properties.flag('RequiresDuplicateDetection', defaults.requiresDuplicateDetection),
    duplicateWindowMs: properties.duration(
      'DuplicateDetectionHistoryTimeWindow',
      DUPLICATE_WINDOW,
      defaults.duplicateWindowMs,
    ),
    forwardTo: properties.text('ForwardTo'),
    forwardDeadLettersTo: properties.text('ForwardDeadLetteredMessagesTo'),
  };
}

function readName(fields: Fields, maxLength: number): string {
  const name = fields.requiredText('Name', maxLength);
  if (name !== '' && !ENTITY_NAME.test(name)) {
    fields.fault(
      `the name '${name}' may have letters, digits, '.', '-', '_' and '/', and begins and ends with a letter or digit.`,
    );
  }
  return name;
}

function checkNames(namespace: Fields, entities: readonly { readonly name: string }[]): void {
  if (entities.length > MAX_ENTITIES) {
    namespace.fault(`at most ${MAX_ENTITIES} queues and topics are allowed, not ${entities.length}.`);
  }
  checkUnique(entities, (twice) => namespace.fault(`the name '${twice}' is used by more than one queue or topic.`));
}

/** Names are not case-sensitive. */
function checkUnique(items: readonly { readonly name: string }[], onTwice: (name: string) => void): void {
  const seen = new Set<string>();
  for (const { name } of items) {
    const key = name.toLowerCase();
    if (seen.has(key)) onTwice(name);
    seen.add(key);
  }
}

function checkRuleCounts(subscriptions: readonly SubscriptionDefinition[], fault: (what: string) => void): void {
  const rules = subscriptions.flatMap((subscription) => subscription.rules);
  const sql = rules.filter((rule) => 'sql' in rule.filter).length;
  const correlation = rules.length - sql;
  if (sql > MAX_SQL_RULES) fault(`at most ${MAX_SQL_RULES} SQL filters are allowed, not ${sql}.`);
  if (correlation > MAX_CORRELATION_RULES) {
    fault(`at most ${MAX_CORRELATION_RULES} correlation filters are allowed, not ${correlation}.`);
  }
}
