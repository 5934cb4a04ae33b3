import type { Database } from '@valerix/platform/postgres';

/** All that a check needs of a database. */
export type Query = Database['query'];

/** Reads the rows whose key follows `after` (null: from the beginning), in the order of the key, at most `limit`. */
export type ReadPage<Row> = (after: string | null, limit: number) => Promise<readonly Row[]>;

interface Keyed {
  readonly order_id: string;
}

/**
 * The pages of order ids that a statement answers, which takes the last id seen ($1) and how many it may answer ($2).
 * No statement is open between two pages, so that a long walk holds back no vacuum.
 */
export async function* pagesOfIds(query: Query, sql: string, pageSize: number): AsyncGenerator<string[]> {
  let after: string | null = null;
  for (;;) {
    const ids: string[] = (await query<Keyed>(sql, [after, pageSize])).map((row) => row.order_id);
    if (ids.length > 0) yield ids;
    if (ids.length < pageSize) return;
    after = ids.at(-1) ?? null;
  }
}

/** Ids that were read at once, in pages. */
export function* inPages(ids: readonly string[], pageSize: number): Generator<string[]> {
  for (let start = 0; start < ids.length; start += pageSize) yield ids.slice(start, start + pageSize);
}

export interface Pair<Left, Right> {
  readonly id: string;
  readonly left: Left | undefined;
  readonly right: Right | undefined;
}

/**
 * Two sorted streams side by side: every id that either knows, once, in order. At most one page of each is in memory,
 * however long they are and however little they have in common. The left page is read first.
 */
export async function* mergeById<Left extends Keyed, Right extends Keyed>(
  readLeft: ReadPage<Left>,
  readRight: ReadPage<Right>,
  pageSize: number,
): AsyncGenerator<Pair<Left, Right>[]> {
  let after: string | null = null;
  for (;;) {
    const lefts: readonly Left[] = await readLeft(after, pageSize);
    const rights: readonly Right[] = await readRight(after, pageSize);
    // A full page says nothing about what follows it, so both count only as far as the shorter of the full ones goes.
    const ends: string[] = [lefts, rights].flatMap((rows) =>
      rows.length < pageSize ? [] : (rows.at(-1)?.order_id ?? []),
    );
    const end: string | undefined = ends.sort()[0];
    const within = ({ order_id }: Keyed) => end === undefined || order_id <= end;
    const leftById = new Map(lefts.filter(within).map((row) => [row.order_id, row]));
    const rightById = new Map(rights.filter(within).map((row) => [row.order_id, row]));
    const ids = [...new Set([...leftById.keys(), ...rightById.keys()])].sort();
    if (ids.length > 0) yield ids.map((id) => ({ id, left: leftById.get(id), right: rightById.get(id) }));
    if (end === undefined) return;
    after = end;
  }
}
