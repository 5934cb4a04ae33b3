import type { Filter } from './filter.ts';
import { compare, constant, type Expression, isComparison, property, type Scalar, truth } from './filter-expression.ts';
import { FUNCTIONS, isAmong } from './filter-functions.ts';
import { FilterError, type Token, tokenize } from './filter-lexer.ts';

/** The service warns of filters with over 100 clauses; beyond these it is no filter that would work there. */
const MAX_LENGTH = 16_384;
const MAX_DEPTH = 100;

/**
 * Recursive descent over the service's OData grammar. `not` binds tighter than a comparison, as there: `not length(userId)
 * gt 5` is an error, `not (length(userId) gt 5)` is not. Throws FilterError.
 */
export function parseFilter(filter: string): Filter {
  if (filter.length > MAX_LENGTH) throw new FilterError(`The filter is longer than ${MAX_LENGTH} characters.`);
  const tokens = tokenize(filter);
  let position = 0;
  let depth = 0;

  const current = (): Token => tokens[position] as Token;

  function fail(wanted: string, at: Token = current()): never {
    const found = at.kind === 'end' ? 'the end' : `'${at.value}'`;
    throw new FilterError(`The filter is not valid: expected ${wanted} at position ${at.at + 1}, found ${found}.`);
  }

  function accept(value: string): boolean {
    const token = current();
    if ((token.kind !== 'word' && token.kind !== 'symbol') || token.value !== value) return false;
    position++;
    return true;
  }

  function expect(value: string): void {
    if (!accept(value)) fail(`'${value}'`);
  }

  function nested<T>(parse: () => T): T {
    if (++depth > MAX_DEPTH) throw new FilterError(`The filter is nested deeper than ${MAX_DEPTH} levels.`);
    const parsed = parse();
    depth--;
    return parsed;
  }

  function scalar(expression: Expression, at: Token): Scalar {
    return expression.type === 'groups' ? fail("a value and not 'groups'", at) : expression;
  }

  function truthOf(expression: Expression, at: Token): Scalar {
    return expression.type === 'boolean' ? expression : fail('something true or false', at);
  }

  function parseOr(): Expression {
    const at = current();
    let left = parseAnd();
    while (accept('or')) left = either(truthOf(left, at), truthOf(parseAnd(), at));
    return left;
  }

  function parseAnd(): Expression {
    const at = current();
    let left = parseComparison();
    while (accept('and')) left = both(truthOf(left, at), truthOf(parseComparison(), at));
    return left;
  }

  function parseComparison(): Expression {
    const at = current();
    const left = parseUnary();
    if (accept('in')) return isAmong(scalar(left, at), parseOptions());
    const operator = current();
    if (operator.kind !== 'word' || !isComparison(operator.value)) return left;
    position++;
    const rightAt = current();
    const right = parseUnary();
    return compare(operator.value, scalar(left, at), scalar(right, rightAt)) ?? fail('two numbers', operator);
  }

  /** The groups of the connection, also in brackets, or a list of values. */
  function parseOptions(): readonly Scalar[] | 'groups' {
    if (acceptGroups()) return 'groups';
    expect('(');
    if (acceptGroups()) {
      expect(')');
      return 'groups';
    }
    const at = current();
    return parseList().map((option) => scalar(option, at));
  }

  function acceptGroups(): boolean {
    const token = current();
    return token.kind === 'word' && property(token.value)?.type === 'groups' && accept(token.value);
  }

  /** Values after an opening bracket, up to the closing one. */
  function parseList(): Expression[] {
    const list = [nested(parseOr)];
    while (accept(',')) list.push(nested(parseOr));
    expect(')');
    return list;
  }

  function parseUnary(): Expression {
    if (!accept('not')) return parsePrimary();
    const at = current();
    const operand = truthOf(nested(parseUnary), at);
    return truth((subject) => operand.evaluate(subject) !== true);
  }

  function parsePrimary(): Expression {
    const token = current();
    if (accept('(')) {
      const inner = nested(parseOr);
      expect(')');
      return inner;
    }
    if (token.kind === 'end' || token.kind === 'symbol') return fail('a value');
    position++;
    if (token.kind !== 'word') return constant(token.value);
    if (token.value === 'null') return constant(null);
    if (token.value === 'true' || token.value === 'false') return constant(token.value === 'true');
    return accept('(')
      ? parseCall(token)
      : (property(token.value) ?? fail('userId, connectionId, groups or protocol', token));
  }

  function parseCall(name: Token): Scalar {
    const call = Object.hasOwn(FUNCTIONS, name.value) ? FUNCTIONS[String(name.value)] : undefined;
    if (!call) return fail('the name of a function', name);
    const made = call(parseList());
    return typeof made === 'string' ? fail(`${made} as what '${name.value}' is given`, name) : made;
  }

  const at = current();
  const condition = truthOf(parseOr(), at);
  if (current().kind !== 'end') fail('the end');
  return (subject) => condition.evaluate(subject) === true;
}

function either(left: Scalar, right: Scalar): Scalar {
  return truth((subject) => left.evaluate(subject) === true || right.evaluate(subject) === true);
}

function both(left: Scalar, right: Scalar): Scalar {
  return truth((subject) => left.evaluate(subject) === true && right.evaluate(subject) === true);
}
