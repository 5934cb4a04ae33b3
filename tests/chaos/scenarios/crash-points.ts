import { setTimeout as sleep } from 'node:timers/promises';
import { type CrashPoint, crashPoints } from '@valerix/platform/crash-points';
import type { Env, KeptProcess } from '../kept-process.ts';
import { shuffled } from '../random.ts';
import type { Scenario } from '../world.ts';

const everywhere = crashPoints.filter((point) => /^(outbox|consumer)\./.test(point));
const pointsOf = {
  order: [...crashPoints.filter((point) => point.startsWith('order.')), ...everywhere],
  grpc: [
    ...crashPoints.filter((point) => point.startsWith('grpc.')),
    'inventory.after-reserve-commit',
    'outbox.after-send-before-delete',
    // Of both faces of the service this one nearly always relays first.
    'outbox.after-claim-before-send',
  ],
  inventory: [
    'inventory.after-verify-commit',
    'inventory.after-release-commit',
    'inventory.after-ship-commit',
    'outbox.after-send-before-delete',
    'consumer.before-handling',
    'consumer.after-handling-before-completion',
  ],
} as const satisfies Record<string, readonly CrashPoint[]>;

/** Points that are passed only where an earlier death left something to finish, with a death that leaves it. */
const causes: Partial<Record<CrashPoint, CrashPoint>> = {
  'order.after-sweep-claim': 'order.before-reserve',
  'order.after-sweep-commit': 'order.before-reserve',
  // Events change only orders that their own request did not settle.
  'order.after-events-commit': 'order.after-reserve-answer',
  'outbox.after-claim-before-send': 'outbox.after-send-before-delete',
};

/**
 * Each of those points right after its cause, so that whoever else could finish the work has had no time for it. A point
 * that is a cause has no turn besides.
 */
function withCauses(points: readonly CrashPoint[]): CrashPoint[] {
  const dueAnyway = new Set(points.map((point) => causes[point]));
  return points
    .filter((point) => !dueAnyway.has(point))
    .flatMap((point) => {
      const cause = causes[point];
      return cause === undefined ? [point] : [cause, point];
    });
}

/**
 * A life that is not ended by its point in this time is ended by hand, and the point has another turn. Long enough for a
 * busy machine: lives that end too early keep all three services from ever meeting.
 */
const LIFE_MS = 60_000;

/** Each life of a process ends at the next point of its list, the last life at none. */
export const crashPointDrill: Scenario = {
  name: 'crash-points',
  what: 'kills both services at every named point between two steps, in random order (--short: a third of them)',
  async run(world) {
    const nth = String(1 + Math.floor(world.random() * 3));
    const planFor = (all: readonly CrashPoint[]) => {
      const count = world.isShort ? Math.ceil(all.length / 3) : all.length;
      const points = withCauses(shuffled(world.random, all).slice(0, count));
      let bornAt = Number.POSITIVE_INFINITY;
      return {
        points,
        env(starts: number): Env {
          bornAt = performance.now();
          const point = points[starts];
          return point === undefined ? {} : { CRASH_POINT: point, CRASH_POINT_NTH: isRare(point) ? '1' : nth };
        },
        isDone: (kept: KeptProcess) => kept.restarts() >= points.length,
        /** Others may have finished the work that leads to the point, or it never came up. */
        endLongLife(kept: KeptProcess): void {
          const point = points[kept.restarts()];
          if (point === undefined || performance.now() - bornAt < LIFE_MS) return;
          points.push(...withCauses([point]));
          bornAt = Number.POSITIVE_INFINITY;
          kept.signal('SIGKILL');
          world.fault(`SIGKILL of ${kept.name}`);
        },
      };
    };
    const plans = {
      order: planFor(pointsOf.order),
      grpc: planFor(pointsOf.grpc),
      inventory: planFor(pointsOf.inventory),
    };
    const services = await world.start({
      env: {
        order: (starts) => ({ BREAKER_MIN_CALLS: '100', BREAKER_RESET_MS: '500', ...plans.order.env(starts) }),
        grpc: plans.grpc.env,
        inventory: plans.inventory.env,
      },
    });
    const lives = (Object.keys(plans) as (keyof typeof plans)[]).flatMap((name) =>
      services[name].map((kept) => ({ name, kept, plan: plans[name] })),
    );
    const deadline = performance.now() + 240_000;
    const goOn = () => performance.now() < deadline && !lives.every(({ kept, plan }) => plan.isDone(kept));
    const shopping = await world.shopping({ goOn, seconds: 12 });
    while (goOn()) {
      await sleep(500);
      for (const { kept, plan } of lives) plan.endLongLife(kept);
    }
    await shopping.over;
    for (const { name, kept, plan } of lives) {
      for (const point of new Set(plan.points)) {
        const struck = kept.log().split(`"event":"crash_point_reached","point":"${point}"`).length - 1;
        if (struck === 0) world.breach(`No ${name} process died at ${point}.`);
        else world.fault(`death at ${point} (${name})`, struck);
      }
    }
  },
};

/** Passed only when something went wrong before, or by a timer. */
const isRare = (point: CrashPoint) => /sweep|claim|events|verify|ship|release/.test(point);
