import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { contextFiles } from './docker-context.ts';

function folderWith(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'valerix-context-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

test('what .dockerignore names is left out with all that is below it, at the depth it says', () => {
  const root = folderWith({
    '.dockerignore': '# a comment\n.env\n**/node_modules\ndocs/\n**/dist.*\n',
    '.env': '',
    'docs/a/b.md': '',
    'node_modules/x/index.js': '',
    'web/node_modules/y/index.js': '',
    'web/dist.azure/index.html': '',
    'web/docs/kept.md': '',
    'package.json': '',
  });
  expect(contextFiles(root).sort()).toEqual(['.dockerignore', 'package.json', 'web/docs/kept.md']);
});

test('an exception is refused rather than misread', () => {
  expect(() => contextFiles(folderWith({ '.dockerignore': 'docs\n!docs/a.md\n' }))).toThrow('!docs/a.md');
});
