import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { limitScripts } from './script-size.ts';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'valerix-size-'));
  await writeFile(join(root, 'index.html'), '<script type="module" src="/main.js"></script>');
  // Random text, which no compression makes much smaller than three quarters.
  await writeFile(join(root, 'main.js'), `console.log('${randomBytes(9000).toString('base64')}');`);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const buildWithin = (maxKb: number) =>
  build({ root, logLevel: 'silent', configFile: false, plugins: [limitScripts(maxKb)] });

test('a build whose scripts are larger than allowed fails and says by how much', async () => {
  await expect(buildWithin(5)).rejects.toThrow(/Scripts: \d+\.\d kB gzipped of at most 5 kB/);
});

test('a build within the limit passes', async () => {
  await expect(buildWithin(50)).resolves.toBeDefined();
});
