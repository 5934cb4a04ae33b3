/**
 * A likely value of what the compiler left as an ARM expression because only Azure knows it: what a resource answers
 * becomes a name made of the resource's own. Enough to see whether the services could read their settings.
 */
export function likelyValue(text: string): string {
  if (!text.startsWith('[') || !text.endsWith(']')) return text;
  let expression = text
    .slice(1, -1)
    .replaceAll('environment().suffixes.storage', "'core.windows.net'")
    .replaceAll(/reference\('[^']*\/([^'/]+)', '[^']*'\)((?:\.\w+)+)/g, "'$1.example'");
  // From the innermost to the outermost.
  for (let before = ''; before !== expression; ) {
    before = expression;
    expression = expression.replace(/format\('([^']*)'((?:, '[^']*')*)\)/, (_, pattern: string, rest: string) => {
      const values = [...rest.matchAll(/'([^']*)'/g)].map(([, value]) => value ?? '');
      return `'${pattern.replaceAll(/\{(\d+)\}/g, (_placeholder, index) => values[Number(index)] ?? '')}'`;
    });
  }
  const [, value] = /^'([^']*)'$/.exec(expression) ?? [];
  return value ?? text;
}
