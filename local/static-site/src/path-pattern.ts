/** Whether a path fits a pattern of staticwebapp.config.json: `*` is any rest, `{a,b}` is one of several endings. */
export function fits(pattern: string, path: string): boolean {
  const source = pattern.replaceAll(/[.+?^$()|[\]\\]|\*|\{([^{}]*)\}|[{}]/g, (token, words: string | undefined) => {
    if (token === '*') return '.*';
    if (words !== undefined) return `(?:${words.split(',').map(literally).join('|')})`;
    return literally(token);
  });
  return new RegExp(`^${source}$`).test(path);
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
