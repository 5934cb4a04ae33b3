/** `*` is any number of characters without a dot, `**` any number with them, `?` one that is no dot. */
type Token = { readonly kind: 'character'; readonly value: string } | { readonly kind: 'one' | 'segment' | 'any' };

export type GroupPattern = (group: string) => boolean;

/**
 * Compiles the pattern of a role such as `webpubsub.joinLeaveGroups.store.*`; a backslash takes the next character as it
 * is. Matching walks all positions of the pattern at once, so that no pattern and no name can make it slow.
 */
export function compileGroupPattern(pattern: string): GroupPattern {
  const tokens = tokenize(pattern);
  return (group) => {
    let positions = skipEmpty(tokens, new Set([0]));
    for (const character of group) {
      positions = skipEmpty(tokens, advance(tokens, positions, character));
      if (positions.size === 0) return false;
    }
    return positions.has(tokens.length);
  };
}

function tokenize(pattern: string): Token[] {
  return [...pattern.matchAll(/\\(.)|\*\*|./gsu)].map(([text, escaped]): Token => {
    if (escaped !== undefined) return { kind: 'character', value: escaped };
    if (text === '**') return { kind: 'any' };
    if (text === '*') return { kind: 'segment' };
    if (text === '?') return { kind: 'one' };
    return { kind: 'character', value: text };
  });
}

/** `*` and `**` match nothing as well, so the position behind them counts too. */
function skipEmpty(tokens: readonly Token[], positions: ReadonlySet<number>): Set<number> {
  const reached = new Set(positions);
  for (const position of reached) {
    const kind = tokens[position]?.kind;
    if (kind === 'any' || kind === 'segment') reached.add(position + 1);
  }
  return reached;
}

function advance(tokens: readonly Token[], positions: ReadonlySet<number>, character: string): Set<number> {
  const next = new Set<number>();
  for (const position of positions) {
    const token = tokens[position];
    if (token?.kind === 'any' || (token?.kind === 'segment' && character !== '.')) next.add(position);
    if (token?.kind === 'one' && character !== '.') next.add(position + 1);
    if (token?.kind === 'character' && token.value === character) next.add(position + 1);
  }
  return next;
}
