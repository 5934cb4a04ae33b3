import { type Fields, makeFields } from './config-fields.ts';
import type { CorrelationFilter } from './filter-correlation.ts';
import { FilterError } from './filter-sql-lexer.ts';
import type { SystemProperty } from './message.ts';
import { compileRule, DEFAULT_RULE, type RuleDefinition } from './rule.ts';

const MAX_EXPRESSION_LENGTH = 1024;
const MAX_RULE_NAME_LENGTH = 50;

const CORRELATION_PROPERTIES: Readonly<Record<string, SystemProperty>> = {
  ContentType: 'contentType',
  CorrelationId: 'correlationId',
  Label: 'subject',
  MessageId: 'messageId',
  ReplyTo: 'replyTo',
  ReplyToSessionId: 'replyToSessionId',
  SessionId: 'sessionId',
  To: 'to',
};

/** A subscription's rules; without any, the one that lets everything through. */
export function readRules(faults: string[], where: string, list: readonly unknown[]): readonly RuleDefinition[] {
  if (list.length === 0) return [DEFAULT_RULE];
  const names = new Set<string>();
  return list.flatMap((item, index) => {
    const rule = makeFields(faults, `rule ${index + 1} of ${where}`, item, ['Name', 'Properties']);
    const name = rule.requiredText('Name', MAX_RULE_NAME_LENGTH);
    if (names.has(name)) rule.fault(`the name '${name}' is used twice.`);
    names.add(name);
    return readRule(rule, name) ?? [];
  });
}

function readRule(rule: Fields, name: string): RuleDefinition | undefined {
  const properties = rule.object(
    'Properties',
    ['FilterType', 'SqlFilter', 'CorrelationFilter', 'Action'],
    `rule '${name}' (${rule.where})`,
  );
  const action = properties
    .object('Action', ['SqlExpression'], `the action of ${properties.where}`)
    .text('SqlExpression', MAX_EXPRESSION_LENGTH);
  const filter = readFilter(properties);
  if (!filter) return undefined;
  const definition: RuleDefinition = { name, filter, ...(action !== undefined && { action }) };
  try {
    compileRule(definition);
    return definition;
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    properties.fault(error.message);
    return undefined;
  }
}

function readFilter(properties: Fields): RuleDefinition['filter'] | undefined {
  const type = properties.requiredText('FilterType').toLowerCase();
  if (type === 'sql') {
    const filter = properties.object('SqlFilter', ['SqlExpression'], `the SQL filter of ${properties.where}`);
    const sql = filter.requiredText('SqlExpression', MAX_EXPRESSION_LENGTH);
    return sql === '' ? undefined : { sql };
  }
  if (type === 'correlation') return { correlation: readCorrelation(properties) };
  if (type !== '') properties.fault(`FilterType must be Sql or Correlation, not '${type}'.`);
  return undefined;
}

function readCorrelation(properties: Fields): CorrelationFilter {
  const filter = properties.object(
    'CorrelationFilter',
    [...Object.keys(CORRELATION_PROPERTIES), 'Properties'],
    `the correlation filter of ${properties.where}`,
  );
  const system: Partial<Record<SystemProperty, string>> = {};
  for (const [configured, name] of Object.entries(CORRELATION_PROPERTIES)) {
    const value = filter.text(configured, MAX_EXPRESSION_LENGTH);
    if (value !== undefined) system[name] = value;
  }
  const application = filter.values('Properties');
  if (Object.keys(system).length + Object.keys(application).length === 0) {
    filter.fault('at least one property to match on is needed.');
  }
  return { system, application };
}
