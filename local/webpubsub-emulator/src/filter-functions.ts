import { type Expression, type Scalar, truth, type Value, type ValueType } from './filter-expression.ts';

/** Makes a call of its arguments, or says what it needs. */
type FilterFunction = (args: readonly Expression[]) => Scalar | string;

/** The functions of the service's OData language, by name. Null makes of a text null, of a question no, of a place -1. */
export const FUNCTIONS: Readonly<Record<string, FilterFunction>> = {
  tolower: onText((text) => text.toLowerCase()),
  toupper: onText((text) => text.toUpperCase()),
  trim: onText((text) => text.trim()),
  startswith: onTwoTexts('boolean', false, (text, part) => text.startsWith(part)),
  endswith: onTwoTexts('boolean', false, (text, part) => text.endsWith(part)),
  contains: onTwoTexts('boolean', false, (text, part) => text.includes(part)),
  indexof: onTwoTexts('number', -1, (text, part) => text.indexOf(part)),
  concat: onTwoTexts('text', null, (text, part) => text + part),
  length: measure,
  substring: cut,
};

function onText(change: (text: string) => string): FilterFunction {
  return ([text, ...rest]) => {
    if (!isText(text) || rest.length > 0) return 'one text';
    return {
      type: 'text',
      evaluate: (subject) => {
        const value = text.evaluate(subject);
        return typeof value === 'string' ? change(value) : null;
      },
    };
  };
}

function onTwoTexts(type: ValueType, ofNull: Value, apply: (text: string, part: string) => Value): FilterFunction {
  return ([text, part, ...rest]) => {
    if (!isText(text) || !isText(part) || rest.length > 0) return 'two texts';
    return {
      type,
      evaluate: (subject) => {
        const a = text.evaluate(subject);
        const b = part.evaluate(subject);
        return typeof a === 'string' && typeof b === 'string' ? apply(a, b) : ofNull;
      },
    };
  };
}

function measure([of, ...rest]: readonly Expression[]): Scalar | string {
  if (!of || rest.length > 0) return 'one text, or groups';
  if (of.type === 'groups') return { type: 'number', evaluate: ({ groups }) => groups.size };
  if (!isText(of)) return 'one text, or groups';
  return {
    type: 'number',
    evaluate: (subject) => {
      const value = of.evaluate(subject);
      return typeof value === 'string' ? value.length : null;
    },
  };
}

function cut([text, start, length, ...rest]: readonly Expression[]): Scalar | string {
  if (!isText(text) || !isNumber(start) || (length && !isNumber(length)) || rest.length > 0) {
    return 'a text, a start and perhaps a length';
  }
  return {
    type: 'text',
    evaluate: (subject) => {
      const value = text.evaluate(subject);
      if (typeof value !== 'string') return null;
      const from = Math.max(0, Number(start.evaluate(subject)));
      return length ? value.slice(from, from + Math.max(0, Number(length.evaluate(subject)))) : value.slice(from);
    },
  };
}

function isText(expression: Expression | undefined): expression is Scalar {
  return expression?.type === 'text' || expression?.type === 'null';
}

function isNumber(expression: Expression | undefined): expression is Scalar {
  return expression?.type === 'number';
}

/** `X in groups` and `X in (A, B)`. */
export function isAmong(value: Scalar, among: readonly Scalar[] | 'groups'): Scalar {
  if (among === 'groups') {
    return truth((subject) => {
      const group = value.evaluate(subject);
      return typeof group === 'string' && subject.groups.has(group);
    });
  }
  return truth((subject) => {
    const wanted = value.evaluate(subject);
    return among.some((option) => option.evaluate(subject) === wanted);
  });
}
