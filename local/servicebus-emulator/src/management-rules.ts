import type { CorrelationFilter } from './filter-correlation.ts';
import type { Operation } from './management.ts';
import { toInteger, toMap, toOptionalText, toText } from './management-body.ts';
import type { SystemProperty } from './message.ts';
import { type Typed, types } from './rhea-internals.ts';
import type { RuleDefinition } from './rule.ts';
import * as rules from './rules.ts';

/** Descriptors of the described lists that make up a rule. */
const RULE = 0x13700000004;
const EMPTY_ACTION = 0x13700000005;
const SQL_ACTION = 0x13700000006;
const SQL_FILTER = 0x1370000006;
const TRUE_FILTER = 0x1370000007;
const FALSE_FILTER = 0x1370000008;
const CORRELATION_FILTER = 0x1370000009;
const COMPATIBILITY_LEVEL = 20;

/** In the order in which a correlation filter lists them. */
const CORRELATION_FIELDS: readonly (readonly [field: string, property: SystemProperty])[] = [
  ['correlation-id', 'correlationId'],
  ['message-id', 'messageId'],
  ['to', 'to'],
  ['reply-to', 'replyTo'],
  ['label', 'subject'],
  ['session-id', 'sessionId'],
  ['reply-to-session-id', 'replyToSessionId'],
  ['content-type', 'contentType'],
];

export const addRule: Operation = (entity, body) => {
  const name = toText(body['rule-name'], 'rule-name');
  rules.addRule(entity, toDefinition(name, toMap(body['rule-description'], 'rule-description')));
  return {};
};

export const removeRule: Operation = (entity, body) => {
  rules.removeRule(entity, toText(body['rule-name'], 'rule-name'));
  return {};
};

export const enumerateRules: Operation = (entity, body) => {
  const skip = toInteger(body.skip ?? 0, 'skip');
  const found = rules.listRules(entity).slice(skip, skip + toInteger(body.top ?? 1000, 'top'));
  if (found.length === 0) return undefined;
  return { rules: found.map((rule) => ({ 'rule-description': describeRule(rule, entity.broker.clock.now()) })) };
};

function toDefinition(name: string, description: Readonly<Record<string, unknown>>): RuleDefinition {
  const correlation = description['correlation-filter'];
  const sql = description['sql-filter'];
  const rawAction = description['sql-rule-action'];
  const action = rawAction ? toOptionalText(toMap(rawAction, 'sql-rule-action').expression) : undefined;
  const filter = correlation
    ? { correlation: toCorrelation(toMap(correlation, 'correlation-filter')) }
    : { sql: (sql ? toOptionalText(toMap(sql, 'sql-filter').expression) : undefined) ?? '1=1' };
  return { name, filter, ...(action !== undefined && { action }) };
}

function toCorrelation(fields: Readonly<Record<string, unknown>>): CorrelationFilter {
  const system: Partial<Record<SystemProperty, string>> = {};
  for (const [field, property] of CORRELATION_FIELDS) {
    const value = toOptionalText(fields[field]);
    if (value !== undefined) system[property] = value;
  }
  return { system, application: fields.properties ? toMap(fields.properties, 'properties') : {} };
}

function describeRule({ name, filter, action }: RuleDefinition, createdAt: number): Typed {
  return described(RULE, [
    'sql' in filter ? describeSql(filter.sql) : describeCorrelation(filter.correlation),
    action === undefined ? described(EMPTY_ACTION, []) : described(SQL_ACTION, [action, compatibilityLevel()]),
    name,
    types.wrap_timestamp(createdAt),
  ]);
}

function describeSql(expression: string): Typed {
  if (expression === '1=1') return described(TRUE_FILTER, []);
  if (expression === '1=0') return described(FALSE_FILTER, []);
  return described(SQL_FILTER, [expression, compatibilityLevel()]);
}

/** The properties are a map even when empty: the JavaScript SDK throws on null. */
function describeCorrelation({ system, application }: CorrelationFilter): Typed {
  const fields = CORRELATION_FIELDS.map(([, property]) => system[property]);
  return described(CORRELATION_FILTER, [...fields, types.wrap_map(application)]);
}

function compatibilityLevel(): Typed {
  return types.wrap_int(COMPATIBILITY_LEVEL);
}

function described(descriptor: number, fields: readonly unknown[]): Typed {
  return types.described_nc(types.wrap_ulong(descriptor), types.wrap_list(fields));
}
