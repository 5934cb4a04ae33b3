import type { FilterSubject } from './filter.ts';

export type Value = string | number | boolean | null;
export type ValueType = 'text' | 'number' | 'boolean' | 'null';

/** A part of a filter whose type is known before it is ever evaluated, so that evaluating cannot fail. */
export type Expression =
  | { readonly type: ValueType; readonly evaluate: (subject: FilterSubject) => Value }
  | { readonly type: 'groups' };

export type Scalar = Extract<Expression, { readonly evaluate: unknown }>;

export function constant(value: Value): Scalar {
  return { type: typeOf(value), evaluate: () => value };
}

function typeOf(value: Value): ValueType {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? 'number' : 'boolean';
}

export function truth(evaluate: (subject: FilterSubject) => boolean): Scalar {
  return { type: 'boolean', evaluate };
}

/** The properties of a connection; their names may be in any case. */
export function property(name: string): Expression | undefined {
  switch (name.toLowerCase()) {
    case 'userid':
      return { type: 'text', evaluate: ({ userId }) => userId ?? null };
    case 'connectionid':
      return { type: 'text', evaluate: ({ id }) => id };
    case 'protocol':
      return { type: 'text', evaluate: ({ protocol }) => protocol ?? null };
    case 'groups':
      return { type: 'groups' };
    default:
      return undefined;
  }
}

const ORDERINGS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
};

export function isComparison(word: string): boolean {
  return word === 'eq' || word === 'ne' || Object.hasOwn(ORDERINGS, word);
}

/** Undefined when values of these types cannot be compared like this; only numbers have an order. */
export function compare(operator: string, left: Scalar, right: Scalar): Scalar | undefined {
  if (operator === 'eq') return truth((subject) => left.evaluate(subject) === right.evaluate(subject));
  if (operator === 'ne') return truth((subject) => left.evaluate(subject) !== right.evaluate(subject));
  const ordering = ORDERINGS[operator];
  if (!ordering || ![left, right].every(({ type }) => type === 'number' || type === 'null')) return undefined;
  return truth((subject) => {
    const a = left.evaluate(subject);
    const b = right.evaluate(subject);
    // Null is neither more nor less than anything.
    return typeof a === 'number' && typeof b === 'number' && ordering(a, b);
  });
}
