import { FilterError } from './filter-sql-lexer.ts';
import type { SqlExpression } from './filter-sql-logic.ts';
import { makeSqlParser } from './filter-sql-parser.ts';
import type { PropertyReference } from './filter-sql-property.ts';
import type { PropertyChanges, PropertyView, SystemProperty } from './message.ts';

interface Statement {
  readonly target: PropertyReference;
  /** Undefined for REMOVE. */
  readonly value: SqlExpression | undefined;
}

/** SET and REMOVE statements separated by `;`. A later one sees what an earlier one set. Throws FilterError. */
export function compileSqlAction(sql: string): (properties: PropertyView) => PropertyChanges {
  const statements = parseStatements(sql);
  return (properties) => {
    const system: Partial<Record<SystemProperty, string | undefined>> = {};
    const application: Record<string, unknown> = {};
    for (const { target, value } of statements) {
      const seen = {
        system: { ...properties.system, ...system },
        application: { ...properties.application, ...application },
      };
      const result = value?.(seen) ?? undefined;
      if (target.scope === 'application') application[target.name] = result;
      else system[target.name] = result === undefined ? undefined : String(result);
    }
    return { system, application };
  };
}

function parseStatements(sql: string): Statement[] {
  const parser = makeSqlParser(sql);
  const statements: Statement[] = [];
  while (!parser.isAtEnd()) {
    if (parser.accept('SET')) {
      const target = parser.parsePropertyReference();
      parser.expect('=');
      statements.push({ target, value: parser.parseValue() });
    } else if (parser.accept('REMOVE')) {
      statements.push({ target: parser.parsePropertyReference(), value: undefined });
    } else {
      throw new FilterError(`'${sql}' is not a valid action: every statement begins with SET or REMOVE.`);
    }
    if (!parser.accept(';')) parser.expectEnd();
  }
  if (statements.length === 0) throw new FilterError('An action needs at least one SET or REMOVE statement.');
  return statements;
}
