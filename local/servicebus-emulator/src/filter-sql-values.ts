/** A value of the SQL language; null is SQL's "unknown". */
export type SqlValue = string | number | bigint | boolean | Date | Buffer | null;

/** A property's value as SQL sees it: what is absent or of a type SQL has no word for is unknown. */
export function toSqlValue(value: unknown): SqlValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return value;
    default:
      return value instanceof Date || Buffer.isBuffer(value) ? value : null;
  }
}

export type Comparison = '=' | '<>' | '<' | '>' | '<=' | '>=';

/** Unknown if either side is; values of different kinds are unequal and have no order. */
export function compare(operator: Comparison, left: SqlValue, right: SqlValue): boolean | null {
  if (left === null || right === null) return null;
  const a = comparable(left);
  const b = comparable(right);
  const sameKind = typeof a === typeof b;
  if (operator === '=') return sameKind && a === b;
  if (operator === '<>') return !(sameKind && a === b);
  if (!sameKind || typeof a === 'boolean') return null;
  switch (operator) {
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
  }
}

function comparable(value: Exclude<SqlValue, null>): string | number | boolean {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.getTime();
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  return value;
}

export type Arithmetic = '+' | '-' | '*' | '/' | '%';

/** Unknown unless both sides are numbers; `+` also joins strings. */
export function calculate(operator: Arithmetic, left: SqlValue, right: SqlValue): SqlValue {
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') return left + right;
  const a = typeof left === 'bigint' ? Number(left) : left;
  const b = typeof right === 'bigint' ? Number(right) : right;
  if (typeof a !== 'number' || typeof b !== 'number') return null;
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? null : a / b;
    case '%':
      return b === 0 ? null : a % b;
  }
}

/** SQL LIKE: % is any text, _ any one character, `escaping` takes the meaning off the character after it. */
export function likePattern(pattern: string, escaping: string | undefined): RegExp {
  let source = '';
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index] ?? '';
    if (escaping !== undefined && character === escaping) source += escapeForRegExp(pattern[++index] ?? '');
    else if (character === '%') source += '.*';
    else if (character === '_') source += '.';
    else source += escapeForRegExp(character);
  }
  return new RegExp(`^${source}$`, 's');
}

function escapeForRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
