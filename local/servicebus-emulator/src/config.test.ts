import { describe, expect, it } from 'vitest';
import { parseConfig, parseConfigText } from './config.ts';
import { ConfigError } from './config-text.ts';
import { parseDuration } from './duration.ts';

const MINUTE = 60_000;

function configOf(namespace: object): object {
  return { UserConfig: { Namespaces: [{ Name: 'sbemulatorns', ...namespace }], Logging: { Type: 'Console' } } };
}

function queue(properties: object, name = 'q'): object {
  return { Name: name, Properties: properties };
}

function topicWith(subscription: object): object {
  return configOf({ Topics: [{ Name: 't', Properties: {}, Subscriptions: [{ Name: 's', ...subscription }] }] });
}

function faultsOf(config: object): readonly string[] {
  try {
    parseConfig(config);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('is read in the format of the official emulator, comments and trailing commas included', () => {
    const topology = parseConfigText(
      `{
      // the only namespace
      "UserConfig": { "Namespaces": [ { "Name": "sbemulatorns",
        "Queues": [ { "Name": "verify // orders".length, } ] } ] } }`.replace('"verify // orders".length', '"orders"'),
    );
    expect(topology.queues.map(({ name }) => name)).toEqual(['orders']);
  });

  it('keeps what looks like a comment or a comma inside a string', () => {
    const expression = "url = 'http://x/*y*/,]'";
    const rules = [{ Name: 'r', Properties: { FilterType: 'Sql', SqlFilter: { SqlExpression: expression } } }];
    const topology = parseConfigText(JSON.stringify(topicWith({ Rules: rules })));
    expect(topology.topics[0]?.subscriptions[0]?.rules[0]?.filter).toEqual({ sql: expression });
  });

  it('names the line of a syntax error', () => {
    expect(() => parseConfigText('{\n // fine\n "a" 1 }')).toThrow(/not valid JSON.*line 3/);
  });

  it('has the defaults of the official emulator', () => {
    expect(parseConfig(configOf({ Queues: [queue({})] })).queues[0]?.settings).toEqual({
      lockDurationMs: MINUTE,
      maxDeliveryCount: 3,
      timeToLiveMs: 60 * MINUTE,
      deadLettersExpired: false,
      requiresSession: false,
      requiresDuplicateDetection: false,
      duplicateWindowMs: 20_000,
      forwardTo: undefined,
      forwardDeadLettersTo: undefined,
    });
  });

  it('takes every property that the format has', () => {
    const properties = {
      DeadLetteringOnMessageExpiration: true,
      DefaultMessageTimeToLive: 'PT30M',
      DuplicateDetectionHistoryTimeWindow: 'PT5M',
      ForwardDeadLetteredMessagesTo: 'other',
      ForwardTo: '',
      LockDuration: 'PT5S',
      MaxDeliveryCount: 10,
      RequiresDuplicateDetection: true,
      RequiresSession: true,
    };
    expect(parseConfig(configOf({ Queues: [queue(properties), queue({}, 'other')] })).queues[0]?.settings).toEqual({
      lockDurationMs: 5000,
      maxDeliveryCount: 10,
      timeToLiveMs: 30 * MINUTE,
      deadLettersExpired: true,
      requiresSession: true,
      requiresDuplicateDetection: true,
      duplicateWindowMs: 5 * MINUTE,
      forwardTo: undefined,
      forwardDeadLettersTo: 'other',
    });
  });

  it('reads rules, empty correlation fields meaning "any"', () => {
    const correlation = { Label: 'reserved', MessageId: '', Properties: { region: 'eu', big: true, size: 3 } };
    const rules = [
      { Name: 'c', Properties: { FilterType: 'Correlation', CorrelationFilter: correlation } },
      {
        Name: 's',
        Properties: {
          FilterType: 'Sql',
          SqlFilter: { SqlExpression: 'a = 1' },
          Action: { SqlExpression: "SET sys.To = 'Entity'" },
        },
      },
    ];
    expect(parseConfig(topicWith({ Rules: rules })).topics[0]?.subscriptions[0]?.rules).toEqual([
      {
        name: 'c',
        filter: { correlation: { system: { subject: 'reserved' }, application: { region: 'eu', big: true, size: 3 } } },
      },
      { name: 's', filter: { sql: 'a = 1' }, action: "SET sys.To = 'Entity'" },
    ]);
  });

  it('gives a subscription without rules the one that lets everything through', () => {
    expect(parseConfig(topicWith({})).topics[0]?.subscriptions[0]?.rules).toEqual([
      { name: '$Default', filter: { sql: '1=1' } },
    ]);
  });
});

describe('a fault in the configuration', () => {
  it.each<[string, object, string]>([
    [
      'an unknown property',
      configOf({ Queues: [queue({ LockDurations: 'PT1M' })] }),
      "In queue 'q': 'LockDurations' is not a known property; known are",
    ],
    [
      'an unknown top-level property',
      { UserConfig: configOf({}), Extra: 1 },
      "In the configuration: 'Extra' is not a known property",
    ],
    ['no UserConfig', {}, 'In the configuration: UserConfig is missing.'],
    [
      'a second namespace',
      { UserConfig: { Namespaces: [{ Name: 'a' }, { Name: 'b' }] } },
      'In UserConfig: Namespaces must list exactly one namespace, not 2.',
    ],
    [
      'a lifetime that is too long',
      configOf({ Queues: [queue({ DefaultMessageTimeToLive: 'PT2H' })] }),
      "In queue 'q': DefaultMessageTimeToLive must be from PT5M to PT1H, not PT2H.",
    ],
    [
      'too many deliveries',
      configOf({ Queues: [queue({ MaxDeliveryCount: 11 })] }),
      "In queue 'q': MaxDeliveryCount must be from 1 to 10, not 11.",
    ],
    [
      'no deliveries',
      configOf({ Queues: [queue({ MaxDeliveryCount: 0 })] }),
      "In queue 'q': MaxDeliveryCount must be from 1 to 10, not 0.",
    ],
    [
      'a duplicate window that is too long',
      configOf({ Queues: [queue({ DuplicateDetectionHistoryTimeWindow: 'PT6M' })] }),
      "In queue 'q': DuplicateDetectionHistoryTimeWindow must be from PT5S to PT5M, not PT6M.",
    ],
    [
      'a lock that is too short',
      configOf({ Queues: [queue({ LockDuration: 'PT4S' })] }),
      "In queue 'q': LockDuration must be from PT5S to PT5M, not PT4S.",
    ],
    [
      'something that is no duration',
      configOf({ Queues: [queue({ LockDuration: '1 minute' })] }),
      "In queue 'q': LockDuration must be an ISO 8601 duration such as PT1M, not '1 minute'.",
    ],
    [
      'a value of the wrong type',
      configOf({ Queues: [queue({ RequiresSession: 'yes' })] }),
      'In queue \'q\': RequiresSession must be true or false, not "yes".',
    ],
    ['a queue without a name', configOf({ Queues: [{ Properties: {} }] }), 'In queue 1: Name is missing.'],
    ['a name with a space', configOf({ Queues: [queue({}, 'my queue')] }), "the name 'my queue' may have letters"],
    [
      'a name used twice',
      configOf({ Queues: [queue({}, 'a'), queue({}, 'A')] }),
      "In the namespace: the name 'A' is used by more than one queue or topic.",
    ],
    [
      'a topic without subscriptions',
      configOf({ Topics: [{ Name: 't', Properties: {} }] }),
      "In topic 't': at least one subscription is needed.",
    ],
    [
      'a subscription listed twice',
      configOf({ Topics: [{ Name: 't', Subscriptions: [{ Name: 's' }, { Name: 's' }] }] }),
      "In topic 't': the subscription 's' is listed twice.",
    ],
    [
      'too many entities',
      configOf({ Queues: Array.from({ length: 51 }, (_, n) => queue({}, `q${n}`)) }),
      'In the namespace: at most 50 queues and topics are allowed, not 51.',
    ],
    [
      'forwarding to nowhere',
      configOf({ Queues: [queue({ ForwardTo: 'x' })] }),
      "In queue 'q': ForwardTo names 'x', which is neither a queue nor a topic here.",
    ],
    [
      'forwarding in a circle',
      configOf({ Queues: [queue({ ForwardTo: 'b' }, 'a'), queue({ ForwardTo: 'a' }, 'b')] }),
      "In queue 'a': ForwardTo leads in a circle or over more than 4 hops.",
    ],
    [
      'a rule of no type',
      topicWith({ Rules: [{ Name: 'r', Properties: { FilterType: 'Regex' } }] }),
      "FilterType must be Sql or Correlation, not 'regex'.",
    ],
    [
      'an expression that does not parse',
      topicWith({ Rules: [{ Name: 'r', Properties: { FilterType: 'Sql', SqlFilter: { SqlExpression: 'a = ' } } }] }),
      "In rule 'r' (rule 1 of subscription 's' of topic 't'): 'a = ' is not valid: expected a value or a property",
    ],
    [
      'an expression that is too long',
      topicWith({
        Rules: [
          { Name: 'r', Properties: { FilterType: 'Sql', SqlFilter: { SqlExpression: `a = '${'x'.repeat(1020)}'` } } },
        ],
      }),
      'SqlExpression must be at most 1024 characters long',
    ],
    [
      'a correlation filter that matches on nothing',
      topicWith({ Rules: [{ Name: 'r', Properties: { FilterType: 'Correlation', CorrelationFilter: {} } }] }),
      'at least one property to match on is needed.',
    ],
  ])('is named: %s', (_, config, fault) => {
    expect(faultsOf(config).join('\n')).toContain(fault);
  });

  it('is named beside all others in one message', () => {
    const config = configOf({ Queues: [queue({ LockDuration: 'PT1S', MaxDeliveryCount: 99 })] });
    expect(faultsOf(config)).toHaveLength(2);
    expect(() => parseConfig(config)).toThrow(
      /^2 faults:\n- In queue 'q': LockDuration.*\n- In queue 'q': MaxDeliveryCount/,
    );
  });
});

describe('a duration', () => {
  it.each([
    ['PT1M', MINUTE],
    ['PT1H30M', 90 * MINUTE],
    ['P1DT1S', 24 * 60 * MINUTE + 1000],
    ['PT0.5S', 500],
  ])('of %s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', 'P', 'PT', '1M', 'PT1', 'PT-1M'])('cannot be %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
