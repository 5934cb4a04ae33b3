import type { ChaosSettings } from '@valerix/contracts/chaos-api';
import type { ChaosSwitch } from '@valerix/inventory/chaos-switch';
import { SECOND } from '@valerix/platform/durations';
import type { Logger } from '@valerix/platform/logger';
import { skipWhileAway } from '@valerix/platform/timer-work';
import { type Fate, makeFates } from './fate.ts';

/** One row by its key. A switch has to be in force within a second, on a busy machine as well. */
const EVERY_MS = SECOND / 4;

export interface FollowedSwitch {
  /** The fate of the call that just arrived, by what is in force now. */
  drawFate(): Fate;
  /** Looks now, and from now on four times a second. */
  start(): void;
  /** Looks once. Never throws. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

export interface FollowSwitchOptions {
  readonly chaosSwitch: ChaosSwitch;
  /** In force until an operator sets something, and again after it has expired. */
  readonly environment: ChaosSettings;
  readonly logger: Logger;
  /** Milliseconds of a clock that nobody sets. */
  readonly now?: () => number;
}

interface InForce {
  /** Of the operator's setting; null for the environment. */
  readonly revision: number | null;
  readonly drawFate: () => Fate;
  readonly endsAt: number;
}

/**
 * Follows what operators switch. While the database is away the last setting that was heard of stays, and still ends when
 * its time is over. Each switch begins its sequence of fates anew, also when it sets what was set before.
 */
export function followSwitch(options: FollowSwitchOptions): FollowedSwitch {
  const { chaosSwitch, environment, logger, now = () => performance.now() } = options;
  const never = Number.POSITIVE_INFINITY;
  let inForce: InForce = { revision: null, drawFate: makeFates(environment), endsAt: never };
  let isReported = false;

  const use = (revision: number | null, settings: ChaosSettings, endsAt: number) => {
    inForce = { revision, drawFate: makeFates(settings), endsAt };
    logger.warn('chaos_changed', { setBy: revision === null ? 'environment' : 'operator', revision, ...settings });
  };
  const endIfOver = () => {
    if (now() >= inForce.endsAt) use(null, environment, never);
  };

  const follow = skipWhileAway('chaos-switch', logger, async () => {
    if (!isReported) {
      await chaosSwitch.reportEnvironment(environment);
      isReported = true;
    }
    const { revision, settings, remainingMs, isOverdue } = await chaosSwitch.read();
    const endsAt = remainingMs === null ? never : now() + remainingMs;
    if (revision !== inForce.revision) use(revision, revision === null ? environment : settings, endsAt);
    if (isOverdue) await chaosSwitch.expire();
  });

  let looking: Promise<void> | undefined;
  const look = () => {
    endIfOver();
    looking ??= follow()
      .catch((error: unknown) => logger.error('chaos_switch_not_read', { error }))
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };
  let turns: NodeJS.Timeout | undefined;

  return {
    drawFate() {
      endIfOver();
      return inForce.drawFate();
    },
    start() {
      void look();
      turns = setInterval(look, EVERY_MS);
      turns.unref();
    },
    look,
    async stop() {
      clearInterval(turns);
      await looking;
    },
  };
}
