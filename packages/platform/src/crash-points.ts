import { ConfigError, flag, integer, optionalText } from './config.ts';
import type { Logger } from './logger.ts';

/**
 * The places between two steps of an order's way at which a process can be told to die, by the part that passes them.
 * What each leaves behind, and who finishes it, is written in docs/faults.md.
 */
export const crashPoints = [
  // functions-order
  'order.after-validation',
  'order.after-create-commit',
  'order.before-reserve',
  'order.after-reserve-answer',
  'order.after-settle-commit',
  'order.before-answer',
  'order.after-sweep-claim',
  'order.after-sweep-commit',
  'order.after-events-commit',
  // grpc-inventory-host
  'grpc.before-reserve',
  'grpc.before-answer',
  // both faces of the Inventory service
  'inventory.after-reserve-commit',
  'inventory.after-verify-commit',
  'inventory.after-release-commit',
  'inventory.after-ship-commit',
  // functions-inventory, on a backup's way
  'backup.after-claim',
  'backup.after-call',
  'backup.after-record',
  'backup.after-copy',
  'backup.after-verify',
  'backup.after-prune',
  'backup.after-staging-removal',
  // every part
  'outbox.after-send-before-delete',
  'outbox.after-claim-before-send',
  'consumer.before-handling',
  'consumer.after-handling-before-completion',
] as const;

export type CrashPoint = (typeof crashPoints)[number];

/** For a service's configuration; what they say is checked by `crashPointSettings`. */
export const crashPointVariables = {
  /** The deployment in production sets it to false; then a crash point is a configuration error. */
  CHAOS_ALLOWED: flag(true),
  /** Where the process dies; none by default. */
  CRASH_POINT: optionalText(),
  /** At which passing of that point, counted from the start of the process. */
  CRASH_POINT_NTH: integer(1, { min: 1 }),
};

export interface CrashPointSettings {
  readonly point: CrashPoint;
  readonly nth: number;
}

interface CrashPointVariables {
  readonly CHAOS_ALLOWED: boolean;
  readonly CRASH_POINT?: string | undefined;
  readonly CRASH_POINT_NTH: number;
}

/** What the environment asks for; throws a `ConfigError` when there is no such point or faults are not allowed. */
export function crashPointSettings(env: CrashPointVariables): CrashPointSettings | undefined {
  const { CHAOS_ALLOWED, CRASH_POINT, CRASH_POINT_NTH: nth } = env;
  if (CRASH_POINT === undefined) return undefined;
  const refuse = (why: string) => new ConfigError(`The configuration cannot be used:\n  CRASH_POINT ${why}`);
  if (!CHAOS_ALLOWED) throw refuse('is set although CHAOS_ALLOWED is false');
  const point = crashPoints.find((name) => name === CRASH_POINT);
  if (point === undefined) throw refuse(`must be one of ${crashPoints.join(', ')}`);
  return { point, nth };
}

/** How a process dies here: at once, with nothing closed, flushed or rolled back by itself. */
const killOwnProcess = () => void process.kill(process.pid, 'SIGKILL');

// A process dies once, so one variable of the process says where; handed through every factory, it would be in the way.
let onPassing: ((point: CrashPoint) => void) | undefined;

/** Arms the one crash point of this process, and says so in the log; undefined disarms it. */
export function armCrashPoint(settings: CrashPointSettings | undefined, logger: Logger, die = killOwnProcess): void {
  onPassing = undefined;
  if (settings === undefined) return;
  let passed = 0;
  logger.warn('crash_point_armed', { ...settings });
  onPassing = (point) => {
    if (point !== settings.point) return;
    passed += 1;
    if (passed !== settings.nth) return;
    logger.warn('crash_point_reached', { ...settings });
    die();
  };
}

/** Dies here if this is the point; costs one comparison if not. */
export function passCrashPoint(point: CrashPoint): void {
  onPassing?.(point);
}
