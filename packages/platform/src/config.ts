import { z } from 'zod';

/** A configuration that cannot work; the message lists every fault, one a line. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const blankIsUnset = (value: unknown) => (typeof value === 'string' && value.trim() === '' ? undefined : value);

/** A required setting. */
export const text = () => z.preprocess(blankIsUnset, z.string('is required'));

/** An optional setting; blank counts as unset. */
export const optionalText = () => z.preprocess(blankIsUnset, z.string().optional());

/** A whole number with its default and bounds. */
export const integer = (fallback: number, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}) =>
  z.preprocess(
    blankIsUnset,
    z.coerce
      .number('must be a number')
      .int('must be a whole number')
      .min(min, `must be at least ${min}`)
      .max(max, `must be at most ${max}`)
      .default(fallback),
  );

/** A fraction from 0 to 1. */
export const fraction = (fallback: number) =>
  z.preprocess(
    blankIsUnset,
    z.coerce.number('must be a number').min(0, 'must be at least 0').max(1, 'must be at most 1').default(fallback),
  );

/** A switch: true, 1, yes, on or false, 0, no, off. */
export const flag = (fallback: boolean) =>
  z.preprocess(blankIsUnset, z.stringbool({ error: 'must be true or false' }).default(fallback));

/** A switch that may be left open; unlike unset, an explicit false decides. */
export const optionalFlag = () =>
  z.preprocess(blankIsUnset, z.stringbool({ error: 'must be true or false' }).optional());

/** One word of a list. */
export const choice = <const T extends readonly [string, ...string[]]>(words: T, fallback: T[number]) =>
  z.preprocess(
    blankIsUnset,
    z.enum(words, `must be one of ${words.join(', ')}`).default(fallback as z.core.util.NoUndefined<T[number]>),
  );

/**
 * Reads the settings that `shape` names from `env`, once, into a frozen object.
 * Throws a `ConfigError` that lists every fault, so that one start shows them all.
 */
export function parseConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<z.infer<z.ZodObject<Shape>>> {
  const parsed = z.object(shape).safeParse(env);
  if (parsed.success) return Object.freeze(parsed.data);
  const faults = parsed.error.issues.map((issue) => `  ${issue.path.join('.')} ${issue.message}`);
  throw new ConfigError(`The configuration cannot be used:\n${faults.join('\n')}`);
}
