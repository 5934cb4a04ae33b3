import { type DeadLetterView, deadLetterPage } from '@valerix/contracts/dead-letters-api';
import { type Loaded, notLoaded } from '../live/loaded.ts';
import type { Caller, ServiceName } from '../live/service-calls.ts';

export interface DeadLetterList {
  readonly letters: readonly DeadLetterView[];
  /** There are more than were read. */
  readonly more: boolean;
}

export type DeadLetters = Readonly<Record<ServiceName, Loaded<DeadLetterList>>>;

export const noDeadLetters: DeadLetters = { order: notLoaded, inventory: notLoaded };

const PAGES_AT_MOST = 3;

/** The oldest dead letters of one service, a few pages of them. */
export async function readDeadLetters(call: Caller, service: ServiceName): Promise<DeadLetterList> {
  const letters: DeadLetterView[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_AT_MOST; page += 1) {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await call({
      service,
      path: `/api/ops/dead-letters?limit=100${query}`,
      schema: deadLetterPage,
    });
    letters.push(...answer.deadLetters);
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return { letters, more: cursor !== null };
}

/** How many wait in all; undefined until both services answered once. */
export function countDeadLetters(deadLetters: DeadLetters): { count: number; more: boolean } | undefined {
  const lists = [deadLetters.order.value, deadLetters.inventory.value];
  const known = lists.filter((list) => list !== undefined);
  if (known.length < lists.length) return undefined;
  return {
    count: known.reduce((sum, { letters }) => sum + letters.length, 0),
    more: known.some(({ more }) => more),
  };
}
