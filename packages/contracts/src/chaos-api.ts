import { z } from 'zod';

const gremlinModes = ['off', 'random', 'every-nth'] as const;
/** `exit`: the process dies; `drop`: the connection is cut; `error`: an internal error is answered. */
export const faults = ['exit', 'drop', 'error'] as const;
export type Fault = (typeof faults)[number];

export const CHAOS_DELAY_MAX_MS = 60_000;
/** A setting that an operator forgets ends after a day at the latest, if it was told to end at all. */
const EXPIRY_MAX_SECONDS = 86_400;
const SEED_MAX = 2 ** 32 - 1;

const whole = z.number('must be a number').int('must be a whole number');
const delayMs = whole.min(0, 'must not be negative').max(CHAOS_DELAY_MAX_MS, `must be at most ${CHAOS_DELAY_MAX_MS}`);
const gremlinMode = z.enum(gremlinModes, `must be one of ${gremlinModes.join(', ')}`);
const schrodingerMode = z.enum(['off', ...faults], `must be one of off, ${faults.join(', ')}`);
const probability = z.number('must be a number').min(0, 'must be at least 0').max(1, 'must be at most 1');
const everyNth = whole.min(1, 'must be at least 1');
const everyNthOrNone = whole.min(0, 'must not be negative');
const seed = whole.min(0, 'must not be negative').max(SEED_MAX, `must be at most ${SEED_MAX}`);

/** The faults on purpose of the gRPC host. What the mode does not use is kept beside it. */
export const chaosSettings = z.object({
  /**
   * Slows ReserveStock calls down before they touch any stock: `random` each by `minDelayMs` to `maxDelayMs`,
   * `every-nth` exactly every Nth by `delayMs`.
   */
  gremlin: z.object({ mode: gremlinMode, minDelayMs: delayMs, maxDelayMs: delayMs, everyNth, delayMs }),
  /**
   * Fails ReserveStock calls after their commit and before their answer: with `everyNth` above 0 exactly every Nth,
   * otherwise each with that probability.
   */
  schrodinger: z.object({ mode: schrodingerMode, probability, everyNth: everyNthOrNone }),
  /** The same seed brings the same faults in the same order of calls, in each process; null leaves them to chance. */
  seed: seed.nullable(),
});
export type ChaosSettings = z.infer<typeof chaosSettings>;

/** What a part consists of where nobody says otherwise. */
export const chaosDefaults: ChaosSettings = {
  gremlin: { mode: 'off', minDelayMs: 2_000, maxDelayMs: 5_000, everyNth: 5, delayMs: 3_000 },
  schrodinger: { mode: 'off', probability: 0.5, everyNth: 0 },
  seed: null,
};

const { gremlin, schrodinger } = chaosDefaults;

/**
 * The body of `PUT /api/ops/chaos`. A part that is absent stays as it is; a part that is there replaces the one before,
 * with the defaults for what it does not say, so that the same body always means the same.
 */
export const chaosChange = z.strictObject({
  gremlin: z
    .strictObject({
      mode: gremlinMode,
      minDelayMs: delayMs.default(gremlin.minDelayMs),
      maxDelayMs: delayMs.default(gremlin.maxDelayMs),
      everyNth: everyNth.default(gremlin.everyNth),
      delayMs: delayMs.default(gremlin.delayMs),
    })
    .refine((part) => part.minDelayMs <= part.maxDelayMs, {
      path: ['minDelayMs'],
      message: `must not be above maxDelayMs, which is ${gremlin.maxDelayMs} unless it is given`,
    })
    .optional(),
  schrodinger: z
    .strictObject({
      mode: schrodingerMode,
      probability: probability.default(schrodinger.probability),
      everyNth: everyNthOrNone.default(schrodinger.everyNth),
    })
    .optional(),
  /** Null takes the seed away. */
  seed: seed.nullable().optional(),
  /** Afterwards the environment of each host counts again; null takes an earlier expiry away. */
  expiresInSeconds: whole
    .min(1, 'must be at least 1')
    .max(EXPIRY_MAX_SECONDS, `must be at most ${EXPIRY_MAX_SECONDS}`)
    .nullable()
    .optional(),
});
export type ChaosChange = z.infer<typeof chaosChange>;

/** The answer of `GET` and `PUT /api/ops/chaos`: what is in force. */
export const chaosView = chaosSettings.extend({
  expiresAt: z.iso.datetime().nullable(),
  /** False where CHAOS_ALLOWED is: then nothing can be switched on. */
  allowed: z.boolean(),
  /** When an operator, or an expiry, last changed it; null when nobody ever did. */
  updatedAt: z.iso.datetime().nullable(),
});
export type ChaosView = z.infer<typeof chaosView>;
