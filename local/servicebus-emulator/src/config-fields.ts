import { parseDuration } from './duration.ts';

interface Range {
  /** As written in the configuration: a number, or a duration such as PT5S. */
  readonly from: string;
  readonly to: string;
}

/** Typed access to one object of the configuration. A fault is noted, and reading goes on to find the others. */
export interface Fields {
  /** Where the object is, for messages: "queue 'verify-orders'". */
  readonly where: string;
  has(name: string): boolean;
  fault(what: string): void;
  /** Undefined when absent or empty. */
  text(name: string, maxLength?: number): string | undefined;
  requiredText(name: string, maxLength?: number): string;
  flag(name: string, fallback: boolean): boolean;
  integer(name: string, range: Range, fallback: number): number;
  /** In milliseconds. */
  duration(name: string, range: Range, fallback: number): number;
  list(name: string): readonly unknown[];
  object(name: string, allowed: readonly string[], where?: string): Fields;
  /** Names and values of an object whose names are free; values must be text, numbers or booleans. */
  values(name: string): Record<string, string | number | boolean>;
}

export function makeFields(faults: string[], where: string, value: unknown, allowed: readonly string[]): Fields {
  const source = isRecord(value) ? value : {};

  function fault(what: string): void {
    faults.push(`In ${where}: ${what}`);
  }

  function ofType<T>(name: string, wanted: string, accepts: (value: unknown) => value is T): T | undefined {
    const found = source[name];
    if (found === undefined || found === null) return undefined;
    if (accepts(found)) return found;
    fault(`${name} must be ${wanted}, not ${JSON.stringify(found)}.`);
    return undefined;
  }

  function text(name: string, maxLength?: number): string | undefined {
    const found = ofType(name, 'text', (candidate) => typeof candidate === 'string');
    if (found !== undefined && maxLength !== undefined && found.length > maxLength) {
      fault(`${name} must be at most ${maxLength} characters long, not ${found.length}.`);
    }
    return found === '' ? undefined : found;
  }

  if (!isRecord(value)) fault(`an object is expected, not ${JSON.stringify(value)}.`);
  for (const name of Object.keys(source)) {
    if (!allowed.includes(name)) fault(`'${name}' is not a known property; known are ${allowed.join(', ')}.`);
  }

  return {
    where,
    fault,
    has: (name) => source[name] !== undefined && source[name] !== null,
    text,
    requiredText(name, maxLength) {
      const found = text(name, maxLength);
      if (found === undefined && !(name in source && typeof source[name] !== 'string')) fault(`${name} is missing.`);
      return found ?? '';
    },
    flag(name, fallback) {
      return ofType(name, 'true or false', (candidate) => typeof candidate === 'boolean') ?? fallback;
    },
    integer(name, range, fallback) {
      const found = ofType(name, 'a whole number', isInteger);
      if (found === undefined) return fallback;
      if (found < Number(range.from) || found > Number(range.to)) {
        fault(`${name} must be from ${range.from} to ${range.to}, not ${found}.`);
      }
      return found;
    },
    duration(name, range, fallback) {
      const found = ofType(name, 'a duration such as PT1M', (candidate) => typeof candidate === 'string');
      if (found === undefined) return fallback;
      const milliseconds = parseDuration(found);
      if (milliseconds === undefined) {
        fault(`${name} must be an ISO 8601 duration such as PT1M, not '${found}'.`);
        return fallback;
      }
      if (milliseconds < (parseDuration(range.from) ?? 0) || milliseconds > (parseDuration(range.to) ?? 0)) {
        fault(`${name} must be from ${range.from} to ${range.to}, not ${found}.`);
      }
      return milliseconds;
    },
    list: (name) => ofType(name, 'a list', (candidate) => Array.isArray(candidate)) ?? [],
    object: (name, allowedInside, inside) => makeFields(faults, inside ?? where, source[name] ?? {}, allowedInside),
    values(name) {
      const found = ofType(name, 'an object', isRecord) ?? {};
      const kept: Record<string, string | number | boolean> = {};
      for (const [key, item] of Object.entries(found)) {
        if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean') kept[key] = item;
        else fault(`${name}.${key} must be text, a number or a boolean, not ${JSON.stringify(item)}.`);
      }
      return kept;
    },
  };
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
