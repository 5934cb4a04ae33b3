export type Constraint = (value: string) => boolean;

const isNumber = (value: string) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value);
const isInteger = (value: string) => /^[+-]?\d+$/.test(value);
const between = (value: string, low: bigint, high: bigint) =>
  isInteger(value) && BigInt(value.replace('+', '')) >= low && BigInt(value.replace('+', '')) <= high;

const CONSTRAINTS: Record<string, (args: string[]) => Constraint> = {
  int: () => (value) => between(value, -(2n ** 31n), 2n ** 31n - 1n),
  long: () => (value) => between(value, -(2n ** 63n), 2n ** 63n - 1n),
  bool: () => (value) => /^(true|false)$/i.test(value),
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  guid: () => (value) => /^(\{?)[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i.test(value),
  decimal: () => isNumber,
  double: () => isNumber,
  float: () => isNumber,
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  required: () => (value) => value !== '',
  file: () => (value) => /[^/]\.[^/.]+$/.test(value),
  nonfile: () => (value) => !/[^/]\.[^/.]+$/.test(value),
  length:
    ([low, high]) =>
    (value) =>
      value.length >= Number(low) && value.length <= Number(high ?? low),
  minlength:
    ([low]) =>
    (value) =>
      value.length >= Number(low),
  maxlength:
    ([high]) =>
    (value) =>
      value.length <= Number(high),
  min:
    ([low]) =>
    (value) =>
      isInteger(value) && Number(value) >= Number(low),
  max:
    ([high]) =>
    (value) =>
      isInteger(value) && Number(value) <= Number(high),
  range:
    ([low, high]) =>
    (value) =>
      isInteger(value) && Number(value) >= Number(low) && Number(value) <= Number(high),
};

/**
 * Reads one inline constraint such as `int`, `length(3,8)` or `regex(^\\d+$)`.
 * @throws Error when ASP.NET knows no such constraint.
 */
export function makeConstraint(source: string, template: string): Constraint {
  const match = /^(\w+)(?:\(([\s\S]*)\))?$/.exec(source);
  const name = match?.[1]?.toLowerCase() ?? '';
  const argument = match?.[2] ?? '';
  if (name === 'regex') {
    const expression = new RegExp(argument.replaceAll('{{', '{').replaceAll('}}', '}'), 'i');
    return (value) => expression.test(value);
  }
  const make = CONSTRAINTS[name];
  if (make === undefined) throw new Error(`The route template '${template}' has an unknown constraint '${source}'.`);
  return make(argument.split(',').map((part) => part.trim()));
}
