import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const config = { orderUrl: 'http://127.0.0.1:7071', inventoryUrl: 'http://127.0.0.1:7072' };

/** A site of two files, which is its own build as well. */
function makeSite(): string {
  const site = mkdtempSync(join(tmpdir(), 'valerix-site-'));
  onTestFinished(() => rmSync(site, { recursive: true }));
  mkdirSync(join(site, 'src'));
  symlinkSync(modules, join(site, 'node_modules'));
  writeFileSync(join(site, 'package.json'), '{"name":"trial","type":"module"}');
  // Otherwise it would keep its cache among the modules, which belong to others as well.
  writeFileSync(join(site, 'vite.config.js'), "export default { cacheDir: '.vite' };");
  writeFileSync(join(site, 'index.html'), '<!doctype html><script type="module" src="/src/main.ts"></script>');
  writeFileSync(join(site, 'src/main.ts'), 'export const answer: number = 42;');
  writeFileSync(join(site, 'staticwebapp.config.json'), '{}');
  return site;
}

/** Runs one of the two servers; resolves to its address, or once it ended, and to what it said until then. */
async function run(script: 'main.ts' | 'dev.ts', ...args: string[]) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  let text = '';
  const url = await new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (said) => {
        text += said;
        const address = /listening on (\S+)/.exec(text)?.[1];
        if (address !== undefined) resolve(address);
      });
    }
    child.once('close', () => resolve(''));
  });
  return { text, url, ended };
}

test('a built site is served with the configuration of this run', async () => {
  const { url } = await run('main.ts', '--site', makeSite(), '--port', '0', '--config', JSON.stringify(config));
  expect(await (await fetch(`${url}/config.json`)).json()).toEqual(config);
  expect((await fetch(url)).status).toBe(200);
});

test("a site in the making is served by its own Vite, with the configuration and the script's types removed", async () => {
  const { url } = await run('dev.ts', '--site', makeSite(), '--port', '0', '--config', JSON.stringify(config));
  expect(await (await fetch(`${url}/config.json`)).json()).toEqual(config);
  expect(await (await fetch(`${url}/src/main.ts`)).text()).toContain('export const answer = 42');
});

test.each([
  [[], /--site DIRECTORY is missing/],
  [['--site', '.', '--port', 'many'], /--port must be a port/],
  [['--site', '.', '--config', '{'], /--config must be JSON/],
  [['--site', '/nowhere', '--port', '0'], /staticwebapp\.config\.json/],
])('%j is a message and exit code 1', async (args, message) => {
  const { text, ended } = await run('main.ts', ...args);
  expect(text).toMatch(message);
  expect((await ended)[0]).toBe(1);
});
