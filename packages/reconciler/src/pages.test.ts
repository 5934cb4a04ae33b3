import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeById, pagesOfIds, type ReadPage } from './pages.ts';

interface Row {
  readonly order_id: string;
}

/** A sorted stream that notes how many rows each page asked for and got. */
function streamOf(ids: readonly string[]) {
  const pages: number[] = [];
  const read: ReadPage<Row> = async (after, limit) => {
    const rows = ids.filter((id) => after === null || id > after).slice(0, limit);
    pages.push(rows.length);
    return rows.map((order_id) => ({ order_id }));
  };
  return { read, pages };
}

const sortedIds = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 60 }).map((ids) => ids.sort());

test('merging two streams pairs every id once, in order, and holds no more than a page of each', async () => {
  await fc.assert(
    fc.asyncProperty(sortedIds, sortedIds, fc.integer({ min: 1, max: 9 }), async (lefts, rights, size) => {
      const left = streamOf(lefts);
      const right = streamOf(rights);
      const pairs: string[] = [];
      for await (const page of mergeById(left.read, right.read, size)) {
        expect(page.length).toBeLessThanOrEqual(2 * size);
        for (const pair of page) {
          expect(pair.left !== undefined).toBe(lefts.includes(pair.id));
          expect(pair.right !== undefined).toBe(rights.includes(pair.id));
          pairs.push(pair.id);
        }
      }
      expect(pairs).toEqual([...new Set([...lefts, ...rights])].sort());
      expect(Math.max(0, ...left.pages, ...right.pages)).toBeLessThanOrEqual(size);
    }),
  );
});

test('a walk goes on after the last id of each page', async () => {
  const asked: unknown[] = [];
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const query = async <T>(_: string, [after, limit]: readonly unknown[] = []) => {
    asked.push(after);
    const from = after === null ? 0 : ids.indexOf(String(after)) + 1;
    return ids.slice(from, from + Number(limit)).map((order_id) => ({ order_id })) as T[];
  };
  const seen: string[] = [];
  for await (const page of pagesOfIds(query, 'SELECT', 2)) seen.push(...page);
  expect(seen).toEqual(ids);
  expect(asked).toEqual([null, 'b', 'd']);
});
