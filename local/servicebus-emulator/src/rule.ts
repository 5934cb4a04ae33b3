import { type CorrelationFilter, compileCorrelationFilter } from './filter-correlation.ts';
import { compileSqlFilter } from './filter-sql.ts';
import { compileSqlAction } from './filter-sql-action.ts';
import type { PropertyChanges, PropertyView } from './message.ts';

export interface RuleDefinition {
  readonly name: string;
  readonly filter: { readonly sql: string } | { readonly correlation: CorrelationFilter };
  /** SET and REMOVE statements. */
  readonly action?: string;
}

export interface Rule {
  readonly definition: RuleDefinition;
  /** Lets every message through, so that its properties need not be decoded. */
  readonly matchesAll: boolean;
  matches(properties: PropertyView): boolean;
  readonly act: ((properties: PropertyView) => PropertyChanges) | undefined;
}

/** What a subscription without configured rules has. */
export const DEFAULT_RULE: RuleDefinition = { name: '$Default', filter: { sql: '1=1' } };

const MATCH_ALL = /^\s*1\s*=\s*1\s*$/;

/** Throws FilterError for an expression that does not parse. */
export function compileRule(definition: RuleDefinition): Rule {
  const { filter, action } = definition;
  return {
    definition,
    matchesAll: 'sql' in filter && MATCH_ALL.test(filter.sql),
    matches: 'sql' in filter ? compileSqlFilter(filter.sql) : compileCorrelationFilter(filter.correlation),
    act: action === undefined ? undefined : compileSqlAction(action),
  };
}
