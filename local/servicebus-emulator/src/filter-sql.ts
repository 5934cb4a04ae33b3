import type { SqlExpression } from './filter-sql-logic.ts';
import { makeSqlParser } from './filter-sql-parser.ts';
import type { PropertyView } from './message.ts';

/** The predicate of a SQL filter: matches when it is true, not when it is unknown. Throws FilterError. */
export function compileSqlFilter(sql: string): (properties: PropertyView) => boolean {
  const parser = makeSqlParser(sql);
  const condition: SqlExpression = parser.parseCondition();
  parser.expectEnd();
  return (properties) => condition(properties) === true;
}
