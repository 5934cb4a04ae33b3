import { createHash } from 'node:crypto';
import type { Entity } from './entity.ts';
import { alreadyExists, badArgument, entityNotFound, notAllowed } from './errors.ts';
import type { JournalRecord } from './journal.ts';
import { compileRule, type Rule, type RuleDefinition } from './rule.ts';

type RulesRecord = Extract<JournalRecord, { kind: 'rules' }>;

/** Throws ServiceBusError: the name is taken, the expression does not parse, or it is no subscription. */
export function addRule(entity: Entity, definition: RuleDefinition): void {
  requireSubscription(entity);
  if (entity.rules.has(definition.name)) throw alreadyExists(`${entity.path}|${definition.name}`);
  let rule: Rule;
  try {
    rule = compileRule(definition);
  } catch (error) {
    throw badArgument(error instanceof Error ? error.message : String(error));
  }
  entity.configuredRules ??= fingerprint(entity);
  entity.rules.set(definition.name, rule);
  record(entity);
}

/** Throws ServiceBusError when there is no such rule. */
export function removeRule(entity: Entity, name: string): void {
  requireSubscription(entity);
  if (!entity.rules.has(name)) throw entityNotFound(`${entity.path}|${name}`);
  entity.configuredRules ??= fingerprint(entity);
  entity.rules.delete(name);
  record(entity);
}

/** By name. */
export function listRules(entity: Entity): RuleDefinition[] {
  requireSubscription(entity);
  return [...entity.rules.values()]
    .map((rule) => rule.definition)
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Rules changed at run time come back after a restart, unless the configuration has changed them since. */
export function restoreRules(entity: Entity, saved: RulesRecord): void {
  const configured = entity.configuredRules ?? fingerprint(entity);
  if (saved.configured !== configured) return;
  entity.configuredRules = configured;
  entity.rules.clear();
  for (const rule of saved.rules) entity.rules.set(rule.name, compileRule(rule));
}

/** Undefined when the rules are those of the configuration. */
export function rulesRecord(entity: Entity): RulesRecord | undefined {
  const configured = entity.configuredRules;
  if (configured === undefined) return undefined;
  return { kind: 'rules', path: entity.path, configured, rules: listRules(entity) };
}

function record(entity: Entity): void {
  const changed = rulesRecord(entity);
  if (changed) entity.broker.journal.append(changed);
}

function fingerprint(entity: Entity): string {
  return createHash('sha256')
    .update(JSON.stringify(listRules(entity)))
    .digest('hex');
}

function requireSubscription(entity: Entity): void {
  if (entity.kind !== 'subscription') throw notAllowed(`'${entity.path}' is not a subscription and has no rules.`);
}
