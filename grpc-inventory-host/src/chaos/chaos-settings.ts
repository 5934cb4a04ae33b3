import { createHash } from 'node:crypto';
import { CHAOS_DELAY_MAX_MS, type ChaosSettings, chaosDefaults, faults } from '@valerix/contracts/chaos-api';
import { ConfigError, choice, flag, fraction, integer, optionalFlag, optionalText } from '@valerix/platform/config';
import type { z } from 'zod';

const { gremlin, schrodinger } = chaosDefaults;

export const chaosVariables = {
  /** The deployment in production sets it to false; then a switch below is a configuration error. */
  CHAOS_ALLOWED: flag(true),
  CHAOS_SEED: optionalText(),
  GREMLIN_MODE: optionalFlag(),
  GREMLIN_MIN_DELAY_MS: integer(gremlin.minDelayMs, { max: CHAOS_DELAY_MAX_MS }),
  GREMLIN_MAX_DELAY_MS: integer(gremlin.maxDelayMs, { max: CHAOS_DELAY_MAX_MS }),
  GREMLIN_EVERY_NTH: integer(0),
  GREMLIN_DELAY_MS: integer(gremlin.delayMs, { max: CHAOS_DELAY_MAX_MS }),
  SCHRODINGER_MODE: flag(false),
  SCHRODINGER_CRASH_PROBABILITY: fraction(schrodinger.probability),
  SCHRODINGER_EVERY_NTH: integer(schrodinger.everyNth),
  SCHRODINGER_FAULT: choice(faults, 'exit'),
};

type ChaosVariables = Readonly<z.infer<z.ZodObject<typeof chaosVariables>>>;

/** The faults that the environment asks for; throws a `ConfigError` when they contradict themselves or are not allowed. */
export function chaosSettingsOf(env: ChaosVariables): ChaosSettings {
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
    gremlin: {
      mode: !gremlinWanted ? 'off' : everyNth > 0 ? 'every-nth' : 'random',
      minDelayMs: env.GREMLIN_MIN_DELAY_MS,
      maxDelayMs: env.GREMLIN_MAX_DELAY_MS,
      everyNth: everyNth > 0 ? everyNth : gremlin.everyNth,
      delayMs: env.GREMLIN_DELAY_MS,
    },
    schrodinger: {
      mode: env.SCHRODINGER_MODE ? env.SCHRODINGER_FAULT : 'off',
      probability: env.SCHRODINGER_CRASH_PROBABILITY,
      everyNth: env.SCHRODINGER_EVERY_NTH,
    },
    seed: env.CHAOS_SEED === undefined ? null : seedOf(env.CHAOS_SEED),
  };
}

/** A number stands for itself, so that an operator can set the same seed; any other text stands for a number. */
function seedOf(text: string): number {
  const isNumber = /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32;
  return isNumber ? Number(text) : createHash('sha256').update(text).digest().readUInt32LE();
}
