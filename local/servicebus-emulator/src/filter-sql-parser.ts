import { randomUUID } from 'node:crypto';
import { FilterError, type Token, tokenize } from './filter-sql-lexer.ts';
import { and, arithmetic, negateIf, not, or, type SqlExpression } from './filter-sql-logic.ts';
import { type PropertyReference, readProperty, toPropertyReference } from './filter-sql-property.ts';
import { type Arithmetic, type Comparison, compare, likePattern, toSqlValue } from './filter-sql-values.ts';

export interface SqlParser {
  parseCondition(): SqlExpression;
  /** A value without AND, OR, comparison: the right side of SET. */
  parseValue(): SqlExpression;
  parsePropertyReference(): PropertyReference;
  /** Takes the next token if it is this keyword or symbol. */
  accept(value: string): boolean;
  expect(value: string): void;
  isAtEnd(): boolean;
  expectEnd(): void;
}

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
};

/** Recursive descent over the grammar of Service Bus SQL filters; three-valued logic as SQL has it. */
export function makeSqlParser(sql: string): SqlParser {
  const tokens = tokenize(sql);
  let position = 0;

  const current = (): Token => tokens[position] as Token;

  function accept(value: string): boolean {
    const token = current();
    if ((token.kind !== 'keyword' && token.kind !== 'symbol') || token.value !== value) return false;
    position++;
    return true;
  }

  function fail(wanted: string): never {
    const token = current();
    const found = token.kind === 'end' ? 'the end' : `'${token.value}'`;
    throw new FilterError(`'${sql}' is not valid: expected ${wanted} at position ${token.at + 1}, found ${found}.`);
  }

  function expect(value: string): void {
    if (!accept(value)) fail(`'${value}'`);
  }

  function parseCondition(): SqlExpression {
    let left = parseAnd();
    while (accept('OR')) left = or(left, parseAnd());
    return left;
  }

  function parseAnd(): SqlExpression {
    let left = parseNot();
    while (accept('AND')) left = and(left, parseNot());
    return left;
  }

  function parseNot(): SqlExpression {
    return accept('NOT') ? not(parseNot()) : parsePredicate();
  }

  function parsePredicate(): SqlExpression {
    if (accept('EXISTS')) return parseExists();
    const left = parseValue();
    if (accept('IS')) {
      const negated = accept('NOT');
      expect('NULL');
      return (properties) => (left(properties) === null) !== negated;
    }
    const negated = accept('NOT');
    if (accept('IN')) return negateIf(negated, parseIn(left));
    if (accept('LIKE')) return negateIf(negated, parseLike(left));
    if (negated) fail("'IN' or 'LIKE'");
    const token = current();
    const operator = token.kind === 'symbol' ? COMPARISONS[token.value] : undefined;
    if (operator === undefined) return left;
    position++;
    const right = parseValue();
    return (properties) => compare(operator, left(properties), right(properties));
  }

  function parseExists(): SqlExpression {
    expect('(');
    const property = parsePropertyReference();
    expect(')');
    return (properties) => readProperty(properties, property) !== undefined;
  }

  function parseIn(left: SqlExpression): SqlExpression {
    expect('(');
    const options = [parseValue()];
    while (accept(',')) options.push(parseValue());
    expect(')');
    return (properties) => {
      const value = left(properties);
      return value === null ? null : options.some((option) => compare('=', value, option(properties)) === true);
    };
  }

  function parseLike(left: SqlExpression): SqlExpression {
    const pattern = parseValue();
    const escapeValue = accept('ESCAPE') ? parseValue() : undefined;
    return (properties) => {
      const value = left(properties);
      const like = pattern(properties);
      if (typeof value !== 'string' || typeof like !== 'string') return null;
      const escapeCharacter = escapeValue?.(properties);
      return likePattern(like, typeof escapeCharacter === 'string' ? escapeCharacter : undefined).test(value);
    };
  }

  function parseValue(): SqlExpression {
    let left = parseProduct();
    for (;;) {
      const operator = acceptOneOf('+', '-');
      if (!operator) return left;
      left = arithmetic(operator, left, parseProduct());
    }
  }

  function parseProduct(): SqlExpression {
    let left = parseUnary();
    for (;;) {
      const operator = acceptOneOf('*', '/', '%');
      if (!operator) return left;
      left = arithmetic(operator, left, parseUnary());
    }
  }

  function acceptOneOf(...operators: Arithmetic[]): Arithmetic | undefined {
    return operators.find((operator) => accept(operator));
  }

  function parseUnary(): SqlExpression {
    if (accept('-')) return arithmetic('-', () => 0, parseUnary());
    if (accept('+')) return parseUnary();
    return parsePrimary();
  }

  function parsePrimary(): SqlExpression {
    const token = current();
    if (token.kind === 'number' || token.kind === 'string') {
      position++;
      return () => token.value;
    }
    if (accept('TRUE')) return () => true;
    if (accept('FALSE')) return () => false;
    if (accept('NULL')) return () => null;
    if (accept('(')) {
      const inner = parseCondition();
      expect(')');
      return inner;
    }
    if (token.kind !== 'name') fail('a value or a property');
    return parseCallOrProperty();
  }

  /** newid(), property('name') and its short form p('name'), else a property. */
  function parseCallOrProperty(): SqlExpression {
    const token = current();
    const next = tokens[position + 1];
    if (token.kind === 'name' && !token.quoted && next?.kind === 'symbol' && next.value === '(') {
      const name = token.value.toLowerCase();
      if (name !== 'newid' && name !== 'property' && name !== 'p') fail('newid(), property() or p()');
      position++;
      expect('(');
      if (name === 'newid') {
        expect(')');
        return () => randomUUID();
      }
      const argument = parseValue();
      expect(')');
      return (properties) => {
        const named = argument(properties);
        if (typeof named !== 'string') return null;
        return toSqlValue(readProperty(properties, { scope: 'application', name: named }));
      };
    }
    const property = parsePropertyReference();
    return (properties) => toSqlValue(readProperty(properties, property));
  }

  function parsePropertyReference(): PropertyReference {
    const parts: string[] = [];
    do {
      const token = current();
      if (token.kind !== 'name') fail('a property name');
      position++;
      parts.push(token.value);
    } while (accept('.'));
    return toPropertyReference(sql, parts);
  }

  return {
    parseCondition,
    parseValue,
    parsePropertyReference,
    accept,
    expect,
    isAtEnd: () => current().kind === 'end',
    expectEnd() {
      if (current().kind !== 'end') fail('the end');
    },
  };
}
