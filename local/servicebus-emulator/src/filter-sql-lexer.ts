/** A filter or action that does not parse; the message says what was expected and where. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
}

export type Token =
  | { readonly kind: 'number'; readonly value: number; readonly at: number }
  | { readonly kind: 'string'; readonly value: string; readonly at: number }
  /** `quoted` names ([x], "x") are never keywords. */
  | { readonly kind: 'name'; readonly value: string; readonly quoted: boolean; readonly at: number }
  | { readonly kind: 'keyword' | 'symbol'; readonly value: string; readonly at: number }
  | { readonly kind: 'end'; readonly value: ''; readonly at: number };

const KEYWORDS = new Set([
  'AND',
  'OR',
  'NOT',
  'IN',
  'LIKE',
  'ESCAPE',
  'IS',
  'NULL',
  'EXISTS',
  'TRUE',
  'FALSE',
  'SET',
  'REMOVE',
]);

const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+)`,
    String.raw`(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)`,
    `'(?<string>(?:[^']|'')*)'`,
    '"(?<quoted>(?:[^"]|"")+)"',
    String.raw`\[(?<bracketed>(?:[^\]]|\]\])+)\]`,
    String.raw`(?<word>[\p{L}_@#$][\p{L}\p{N}_@#$]*)`,
    '(?<symbol><>|!=|<=|>=|[-=<>()+*/%,;.])',
  ].join('|'),
  'uy',
);

/** Splits an expression of the Service Bus SQL language. Throws FilterError. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < sql.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(sql)?.groups;
    if (!groups) throw new FilterError(`'${sql}' cannot be read at position ${at + 1}: '${sql.slice(at, at + 10)}'.`);
    const token = groups.space === undefined ? toToken(groups, at) : undefined;
    if (token) tokens.push(token);
  }
  tokens.push({ kind: 'end', value: '', at: sql.length });
  return tokens;
}

function toToken(groups: Record<string, string | undefined>, at: number): Token {
  if (groups.number !== undefined) return { kind: 'number', value: Number(groups.number), at };
  if (groups.string !== undefined) return { kind: 'string', value: groups.string.replaceAll("''", "'"), at };
  if (groups.quoted !== undefined)
    return { kind: 'name', value: groups.quoted.replaceAll('""', '"'), quoted: true, at };
  if (groups.bracketed !== undefined) {
    return { kind: 'name', value: groups.bracketed.replaceAll(']]', ']'), quoted: true, at };
  }
  if (groups.word !== undefined) {
    const upper = groups.word.toUpperCase();
    if (KEYWORDS.has(upper)) return { kind: 'keyword', value: upper, at };
    return { kind: 'name', value: groups.word, quoted: false, at };
  }
  return { kind: 'symbol', value: groups.symbol ?? '', at };
}
