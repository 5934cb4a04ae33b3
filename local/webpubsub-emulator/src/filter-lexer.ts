/** A filter that does not parse; the message says what was expected and where. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
}

export type Token =
  | { readonly kind: 'text'; readonly value: string; readonly at: number }
  | { readonly kind: 'number'; readonly value: number; readonly at: number }
  | { readonly kind: 'word' | 'symbol'; readonly value: string; readonly at: number }
  | { readonly kind: 'end'; readonly value: ''; readonly at: number };

const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+)`,
    `'(?<text>(?:[^']|'')*)'`,
    String.raw`(?<number>[+-]?\d{1,15}(?![\w.]))`,
    '(?<word>[A-Za-z_][A-Za-z0-9_]*)',
    '(?<symbol>[(),])',
  ].join('|'),
  'uy',
);

/** Splits a filter in the OData language of the service. Throws FilterError. */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < filter.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(filter)?.groups;
    if (!groups)
      throw new FilterError(`The filter cannot be read at position ${at + 1}: '${filter.slice(at, at + 10)}'.`);
    const { text, number, word, symbol } = groups;
    if (text !== undefined) tokens.push({ kind: 'text', value: text.replaceAll("''", "'"), at });
    else if (number !== undefined) tokens.push({ kind: 'number', value: Number(number), at });
    else if (word !== undefined) tokens.push({ kind: 'word', value: word, at });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', value: symbol, at });
  }
  tokens.push({ kind: 'end', value: '', at: filter.length });
  return tokens;
}
