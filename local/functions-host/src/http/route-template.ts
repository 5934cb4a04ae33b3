import { type Constraint, makeConstraint } from './route-constraints.ts';

export type RouteValues = Record<string, string>;

export interface RouteTemplate {
  readonly text: string;
  /** The route values when the (decoded) path fits, else undefined. */
  match(path: string): RouteValues | undefined;
}

interface Parameter {
  name: string;
  catchAll: boolean;
  optional: boolean;
  defaultValue: string | undefined;
  constraints: Constraint[];
}

type Part = { literal: string } | { parameter: Parameter };

/**
 * Compiles an ASP.NET route template: literals, `{name}`, `{name?}`, `{name=default}`, `{*rest}`, `{name:constraint}`,
 * several parameters in one segment. Matching ignores case and a trailing slash.
 * @throws Error when the template is malformed.
 */
export function compileRouteTemplate(template: string): RouteTemplate {
  const parameters: Parameter[] = [];
  let pattern = '';
  for (const segment of splitSegments(template)) {
    const parts = parseSegment(segment, template);
    const whole = parts.length === 1 ? parts[0] : undefined;
    const only = whole !== undefined && 'parameter' in whole ? whole.parameter : undefined;
    const body = parts.map((part) => partPattern(part, parameters)).join('');
    const mayBeAbsent = only !== undefined && (only.optional || only.catchAll || only.defaultValue !== undefined);
    pattern += mayBeAbsent ? `(?:/${body})?` : `/${body}`;
  }
  const expression = new RegExp(`^${pattern}/?$`, 'i');

  return {
    text: template,
    match(path) {
      const found = expression.exec(path);
      if (found === null) return undefined;
      const values: RouteValues = {};
      for (const [index, parameter] of parameters.entries()) {
        const value = found[index + 1] || parameter.defaultValue;
        if (value === undefined) continue;
        if (!parameter.constraints.every((accepts) => accepts(value))) return undefined;
        values[parameter.name] = value;
      }
      return values;
    },
  };
}

function partPattern(part: Part, parameters: Parameter[]): string {
  if ('literal' in part) return part.literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  parameters.push(part.parameter);
  return part.parameter.catchAll ? '(.*)' : '([^/]+?)';
}

/** Splits at slashes outside braces: a constraint may hold one. */
function splitSegments(template: string): string[] {
  const segments: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of template.replace(/^\/+|\/+$/g, '')) {
    if (character === '{') depth++;
    if (character === '}') depth--;
    if (character === '/' && depth === 0) {
      segments.push(current);
      current = '';
    } else current += character;
  }
  if (depth !== 0) throw new Error(`The route template '${template}' has an unclosed brace.`);
  return [...segments, current].filter((segment) => segment !== '');
}

function parseSegment(segment: string, template: string): Part[] {
  const parts: Part[] = [];
  let literal = '';
  for (let at = 0; at < segment.length; at++) {
    const character = segment.charAt(at);
    const doubled = segment.charAt(at + 1) === character;
    if (character !== '{' || doubled) {
      if ((character === '{' || character === '}') && doubled) at++;
      literal += character;
      continue;
    }
    const end = closingBrace(segment, at);
    if (end === -1) throw new Error(`The route template '${template}' has an unclosed brace.`);
    if (literal !== '') parts.push({ literal });
    literal = '';
    parts.push({ parameter: parseParameter(segment.slice(at + 1, end), template) });
    at = end;
  }
  if (literal !== '') parts.push({ literal });
  return parts;
}

/** The brace that ends the parameter; doubled braces inside are part of a regular expression. */
function closingBrace(segment: string, open: number): number {
  for (let at = open + 1; at < segment.length; at++) {
    const character = segment.charAt(at);
    if ((character === '{' || character === '}') && segment.charAt(at + 1) === character) at++;
    else if (character === '}') return at;
  }
  return -1;
}

function parseParameter(source: string, template: string): Parameter {
  const head = /^(\*{0,2})([^:=?*]+)/.exec(source);
  if (head === null) throw new Error(`The route template '${template}' has a parameter without a name.`);
  const [matched, stars = '', name = ''] = head;
  const parameter: Parameter = {
    name,
    catchAll: stars !== '',
    optional: false,
    defaultValue: undefined,
    constraints: [],
  };
  let rest = source.slice(matched.length);
  while (rest.startsWith(':')) {
    const length = constraintLength(rest);
    parameter.constraints.push(makeConstraint(rest.slice(1, length), template));
    rest = rest.slice(length);
  }
  if (rest.endsWith('?')) {
    parameter.optional = true;
    rest = rest.slice(0, -1);
  }
  if (rest.startsWith('=')) parameter.defaultValue = rest.slice(1);
  return parameter;
}

/** How far the constraint at the start of `rest` goes: up to the next `:`, `=` or `?` outside parentheses. */
function constraintLength(rest: string): number {
  let depth = 0;
  for (let at = 1; at < rest.length; at++) {
    const character = rest.charAt(at);
    if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (depth === 0 && ':=?'.includes(character)) return at;
  }
  return rest.length;
}
