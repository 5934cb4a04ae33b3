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

/** Each life of a process ends at the next point of its list, the last life at none. */
export const crashPointDrill: Scenario = {
  name: 'crash-points',
  what: 'kills both services at every named point between two steps, each once, in random order (--short: a third of them)',
  async run(world) {
    const planFor = (points: readonly CrashPoint[]) => {
      const count = world.isShort ? Math.ceil(points.length / 3) : points.length;
      return causesFirst(shuffled(world.random, points).slice(0, count));
    };
    const plans = {
      order: planFor(pointsOf.order),
      grpc: planFor(pointsOf.grpc),
      inventory: planFor(pointsOf.inventory),
    };
    const nth = String(1 + Math.floor(world.random() * 3));
    const armed =
      (points: readonly CrashPoint[]) =>
      (starts: number): Env => {
        const point = points[starts];
        return point === undefined ? {} : { CRASH_POINT: point, CRASH_POINT_NTH: isRare(point) ? '1' : nth };
      };
    const services = await world.start({
      env: {
        order: (starts) => ({ BREAKER_MIN_CALLS: '100', BREAKER_RESET_MS: '500', ...armed(plans.order)(starts) }),
        grpc: armed(plans.grpc),
        inventory: armed(plans.inventory),
      },
    });
    const isDone = (kept: readonly KeptProcess[], points: readonly CrashPoint[]) =>
      kept.every((process) => process.restarts() >= points.length);
    const deadline = performance.now() + 240_000;
    const goOn = () =>
      performance.now() < deadline &&
      !(
        isDone(services.order, plans.order) &&
        isDone(services.grpc, plans.grpc) &&
        isDone(services.inventory, plans.inventory)
      );
    const shopping = await world.shopping({ goOn, seconds: 12 });
    await shopping.over;
    for (const [name, points] of Object.entries(plans) as [keyof typeof plans, CrashPoint[]][]) {
      const log = services[name].map((process) => process.log()).join('');
      for (const point of points) {
        const struck = log.split(`"event":"crash_point_reached","point":"${point}"`).length - 1;
        if (struck === 0) world.breach(`No ${name} process died at ${point}.`);
        else world.fault(`death at ${point} (${name})`, struck);
      }
    }
  },
};

/** Points that are passed only where an earlier death left something to finish, with the deaths that surely do. */
const finishers: readonly (readonly [CrashPoint, RegExp])[] = [
  ['order.after-sweep-commit', /after-create-commit|before-reserve|after-reserve-answer/],
  ['order.after-sweep-claim', /after-create-commit|before-reserve|after-reserve-answer/],
  // Events change only orders that their own request did not settle.
  ['order.after-events-commit', /after-reserve-answer/],
  ['outbox.after-claim-before-send', /-commit$|after-send/],
];

/**
 * Puts those points after their causes; a plan without a cause does without them. In any other order a process could
 * live on for ever, and none of its later points would be reached.
 */
function causesFirst(points: readonly CrashPoint[]): readonly CrashPoint[] {
  let plan = points;
  for (const [finisher, causes] of finishers) {
    if (!plan.includes(finisher)) continue;
    const others = plan.filter((point) => point !== finisher);
    const cause = others.findIndex((point) => causes.test(point));
    plan = cause === -1 ? others : others.toSpliced(cause + 1, 0, finisher);
  }
  return plan;
}

/** Passed only when something went wrong before, or by a timer. */
const isRare = (point: CrashPoint) => /sweep|claim|events|verify|ship|release/.test(point);
