import { type Arithmetic, calculate, type SqlValue } from './filter-sql-values.ts';
import type { PropertyView } from './message.ts';

/** A part of a filter or action, ready to be evaluated against a message. */
export type SqlExpression = (properties: PropertyView) => SqlValue;

// Three-valued logic as SQL has it: null is "unknown".

export function or(left: SqlExpression, right: SqlExpression): SqlExpression {
  return (properties) => {
    const a = left(properties);
    if (a === true) return true;
    const b = right(properties);
    if (b === true) return true;
    return a === null || b === null ? null : false;
  };
}

export function and(left: SqlExpression, right: SqlExpression): SqlExpression {
  return (properties) => {
    const a = left(properties);
    if (a === false) return false;
    const b = right(properties);
    if (b === false) return false;
    return a === null || b === null ? null : true;
  };
}

export function not(operand: SqlExpression): SqlExpression {
  return (properties) => {
    const value = operand(properties);
    return value === null ? null : value !== true;
  };
}

export function negateIf(negated: boolean, operand: SqlExpression): SqlExpression {
  return negated ? not(operand) : operand;
}

export function arithmetic(operator: Arithmetic, left: SqlExpression, right: SqlExpression): SqlExpression {
  return (properties) => calculate(operator, left(properties), right(properties));
}
