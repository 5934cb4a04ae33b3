import { badRequest, groupIn, numberIn, type RestAnswer, type RestCall } from './rest-call.ts';

const MAX_PAGE = 200;

/**
 * Who is in a group, in pages ordered by connection id. A page goes on behind the last id of the one before, so somebody
 * who stays is listed once, whoever comes and goes meanwhile.
 */
export function listMembers(call: RestCall): RestAnswer {
  const group = groupIn(call, 0);
  const pageSize = numberIn(call, 'maxpagesize', 1, MAX_PAGE) ?? MAX_PAGE;
  const top = numberIn(call, 'top', 1, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY;
  const after = readContinuation(call.query.get('continuationToken'));
  const left = call.hub
    .inGroup(group)
    .filter(({ id }) => id > after)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const page = left.slice(0, Math.min(pageSize, top));
  const last = page.at(-1);
  const value = page.map(({ id, userId }) => ({ connectionId: id, userId }));
  if (!last || page.length === left.length || page.length === top) return { status: 200, body: { value } };
  return { status: 200, body: { value, nextLink: nextLink(call, last.id, top - page.length) } };
}

function nextLink({ address, query }: RestCall, lastId: string, top: number): string {
  const next = new URLSearchParams(query);
  next.set('continuationToken', Buffer.from(lastId).toString('base64url'));
  if (Number.isFinite(top)) next.set('top', String(top));
  return `${address}?${next}`;
}

function readContinuation(token: string | null): string {
  if (token === null) return '';
  const id = Buffer.from(token, 'base64url').toString();
  if (!/^[0-9a-f]{32}$/.test(id)) throw badRequest("'continuationToken' is not one that was given out here.");
  return id;
}
