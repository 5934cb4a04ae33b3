import { ConfigError, choice, flag, fraction, integer, optionalFlag, optionalText } from '@valerix/platform/config';
import type { z } from 'zod';

/** Slows ReserveStock calls down before they touch any stock. */
export type GremlinSettings =
  | { readonly mode: 'off' }
  /** Every call, by a delay drawn uniformly. */
  | { readonly mode: 'random'; readonly minDelayMs: number; readonly maxDelayMs: number }
  /** Only every Nth call, by a fixed delay. */
  | { readonly mode: 'every-nth'; readonly everyNth: number; readonly delayMs: number };

const faults = ['exit', 'drop', 'error'] as const;
/** `exit`: the process dies; `drop`: the connection is cut; `error`: an internal error is answered. */
export type Fault = (typeof faults)[number];

/** Fails ReserveStock calls after their commit and before their answer. */
export type SchrodingerSettings =
  | { readonly mode: 'off' }
  /** With `everyNth` above 0 exactly every Nth call, otherwise each with that probability. */
  | { readonly mode: Fault; readonly probability: number; readonly everyNth: number };

export interface ChaosSettings {
  readonly gremlin: GremlinSettings;
  readonly schrodinger: SchrodingerSettings;
  /** The same seed brings the same faults in the same order of calls. */
  readonly seed: string | undefined;
}

export const chaosVariables = {
  /** The deployment in production sets it to false; then a switch below is a configuration error. */
  CHAOS_ALLOWED: flag(true),
  CHAOS_SEED: optionalText(),
  GREMLIN_MODE: optionalFlag(),
  GREMLIN_MIN_DELAY_MS: integer(2_000, { max: 60_000 }),
  GREMLIN_MAX_DELAY_MS: integer(5_000, { max: 60_000 }),
  GREMLIN_EVERY_NTH: integer(0),
  GREMLIN_DELAY_MS: integer(3_000, { max: 60_000 }),
  SCHRODINGER_MODE: flag(false),
  SCHRODINGER_CRASH_PROBABILITY: fraction(0.5),
  SCHRODINGER_EVERY_NTH: integer(0),
  SCHRODINGER_FAULT: choice(faults, 'exit'),
};

type ChaosVariables = Readonly<z.infer<z.ZodObject<typeof chaosVariables>>>;

/** The faults that the environment asks for; throws a `ConfigError` when they contradict themselves or are not allowed. */
export function chaosSettings(env: ChaosVariables): ChaosSettings {
  const everyNth = env.GREMLIN_EVERY_NTH;
  const gremlinWanted = env.GREMLIN_MODE ?? everyNth > 0;
  const problems: string[] = [];
  if (env.GREMLIN_MIN_DELAY_MS > env.GREMLIN_MAX_DELAY_MS) {
    problems.push('GREMLIN_MIN_DELAY_MS must not be above GREMLIN_MAX_DELAY_MS');
  }
  const switchedOn = [
    ...(gremlinWanted ? [env.GREMLIN_MODE ? 'GREMLIN_MODE' : 'GREMLIN_EVERY_NTH'] : []),
    ...(env.SCHRODINGER_MODE ? ['SCHRODINGER_MODE'] : []),
  ];
  if (!env.CHAOS_ALLOWED) problems.push(...switchedOn.map((name) => `${name} is set although CHAOS_ALLOWED is false`));
  if (problems.length > 0) {
    throw new ConfigError(`The configuration cannot be used:\n${problems.map((line) => `  ${line}`).join('\n')}`);
  }
  return {
    gremlin: !gremlinWanted
      ? { mode: 'off' }
      : everyNth > 0
        ? { mode: 'every-nth', everyNth, delayMs: env.GREMLIN_DELAY_MS }
        : { mode: 'random', minDelayMs: env.GREMLIN_MIN_DELAY_MS, maxDelayMs: env.GREMLIN_MAX_DELAY_MS },
    schrodinger: env.SCHRODINGER_MODE
      ? {
          mode: env.SCHRODINGER_FAULT,
          probability: env.SCHRODINGER_CRASH_PROBABILITY,
          everyNth: env.SCHRODINGER_EVERY_NTH,
        }
      : { mode: 'off' },
    seed: env.CHAOS_SEED,
  };
}
