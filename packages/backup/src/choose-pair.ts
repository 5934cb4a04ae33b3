import { MINUTE } from '@valerix/platform/durations';
import { NoPair } from './restore-errors.ts';
import type { Snapshot, SnapshotService } from './snapshot.ts';

type Taken = Pick<Snapshot, 'service' | 'id' | 'takenAt'>;
export type Pair<T extends Taken = Taken> = Readonly<Record<SnapshotService, T>>;

/** Which pair of an archive that carries several is wanted. */
export interface Wish {
  /** The newest pair that is not of later. */
  readonly at?: Date | undefined;
  /** Exactly these, by id, however far apart they are. */
  readonly ids?: readonly string[] | undefined;
}

/**
 * Both services export within half an hour at the latest; further apart, so much has happened between the two that they
 * are not one shop any more.
 */
const FURTHEST_APART_MS = 30 * MINUTE;

/** The two snapshots to restore together: by default the newest two that were taken within half an hour of each other. */
export function choosePair<T extends Taken>(snapshots: readonly T[], { at, ids }: Wish = {}): Pair<T> {
  const wanted = ids === undefined ? snapshots : snapshots.filter(({ id }) => ids.includes(id));
  const missing = (ids ?? []).filter((id) => !snapshots.some((snapshot) => snapshot.id === id));
  if (missing.length > 0)
    throw new NoPair(`There is no snapshot ${missing.join(' and no ')}. ${inventoryOf(snapshots)}`);
  const of = (service: SnapshotService) =>
    wanted
      .filter((snapshot) => snapshot.service === service && (at === undefined || time(snapshot) <= at.getTime()))
      .toSorted((a, b) => time(b) - time(a));
  const pairs = of('order').flatMap((order) => {
    const [nearest] = of('inventory').toSorted((a, b) => gapBetween(order, a) - gapBetween(order, b));
    return nearest === undefined ? [] : [{ order, inventory: nearest }];
  });
  const pair = pairs.find(
    ({ order, inventory }) => ids !== undefined || gapBetween(order, inventory) <= FURTHEST_APART_MS,
  );
  if (pair !== undefined) return pair;
  const limit = at === undefined ? '' : ` up to ${at.toISOString()}`;
  throw new NoPair(
    `No two snapshots${limit} belong together: there must be one of each service, half an hour apart at the most. ` +
      inventoryOf(snapshots),
  );
}

/** ms between the moments of two snapshots. */
export const gapBetween = (one: Taken, other: Taken): number => Math.abs(time(one) - time(other));

const time = ({ takenAt }: Taken): number => Date.parse(takenAt);

const inventoryOf = (snapshots: readonly Taken[]): string =>
  `The backup has:\n${snapshots.map(({ service, id, takenAt }) => `  ${service.padEnd(9)} ${id}  of ${takenAt}`).join('\n')}`;
