import { SECOND } from '../durations.ts';
import { type DeadLetter, type LetterBox, type LetterFilter, notACursor } from './dead-letter.ts';

/** Looking for matches among very many others ends here. */
const LOOK_MS = 10 * SECOND;

/** All that match, box by box, in pages of at most `limit`; ends early rather than look for longer than 10 s. */
export async function* eachPage(boxes: readonly LetterBox[], filter: LetterFilter, limit: number) {
  const until = Date.now() + LOOK_MS;
  for (const box of boxes) {
    let from: string | null = null;
    do {
      const page = await box.list(filter, from, limit);
      yield { box, letters: page.letters };
      from = page.next;
    } while (from !== null && Date.now() < until);
  }
}

/** How many match, counted up to `atMost` in each box. */
export async function countMatches(boxes: readonly LetterBox[], filter: LetterFilter, atMost: number): Promise<number> {
  let sum = 0;
  for (const box of boxes) {
    let counted = 0;
    for await (const { letters } of eachPage([box], filter, atMost)) {
      counted = Math.min(counted + letters.length, atMost);
      if (counted === atMost) break;
    }
    sum += counted;
  }
  return sum;
}

/** Where a page begins: a box and a place in it. */
interface Place {
  readonly index: number;
  readonly from: string | null;
}

/** One page over all boxes, from where `cursor` says; throws the 400 for a cursor that no page has given. */
export async function pageOf(
  boxes: readonly LetterBox[],
  filter: LetterFilter,
  cursor: string | null,
  limit: number,
): Promise<{ letters: DeadLetter[]; nextCursor: string | null }> {
  const letters: DeadLetter[] = [];
  let { index, from }: Place = cursor === null ? { index: 0, from: null } : placeOf(cursor, boxes);
  for (let box = boxes[index]; box !== undefined; box = boxes[index]) {
    const page = await box.list(filter, from, limit - letters.length);
    letters.push(...page.letters);
    if (page.next !== null) return { letters, nextCursor: cursorTo(box, page.next) };
    index += 1;
    from = null;
    const following = boxes[index];
    if (following !== undefined && letters.length >= limit) return { letters, nextCursor: cursorTo(following, null) };
  }
  return { letters, nextCursor: null };
}

const cursorTo = (box: LetterBox, from: string | null) =>
  Buffer.from(JSON.stringify([box.name, from])).toString('base64url');

function placeOf(cursor: string, boxes: readonly LetterBox[]): Place {
  let named: unknown;
  try {
    named = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (cause) {
    throw notACursor({ cause });
  }
  const [name, from]: unknown[] = Array.isArray(named) ? named : [];
  const index = boxes.findIndex((box) => box.name === name);
  if (index === -1 || (from !== null && typeof from !== 'string')) throw notACursor();
  return { index, from };
}
