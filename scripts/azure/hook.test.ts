import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const run = promisify(execFile);
/** A dozen processes of Node start in a test, on a machine that may be busy. */
const TIMEOUT_MS = 90_000;

/** A repository with nothing installed, and an `npm` that takes its time and writes down that it ran. */
async function freshClone() {
  const root = await mkdtemp(join(tmpdir(), 'valerix-clone-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, 'scripts/azure'), { recursive: true });
  await mkdir(join(root, 'web'));
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  await copyFile(join(import.meta.dirname, 'hook.js'), join(root, 'scripts/azure/hook.js'));
  await writeFile(
    join(root, 'scripts/greet.ts'),
    'const who: string = process.argv[2] ?? "";\nif (who === "") throw new Error("nobody");\nconsole.log("hello", who);\n',
  );
  const npm = join(root, 'npm');
  await writeFile(
    npm,
    `#!/bin/sh
echo "npm $1" >> "${root}/npm.log"
rm -rf "${root}/node_modules"; sleep 0.3; mkdir -p "${root}/node_modules/node/bin"
ln -s "${process.execPath}" "${root}/node_modules/node/bin/node"
`,
  );
  await chmod(npm, 0o755);
  const env = { ...process.env, PATH: `${root}${delimiter}${process.env.PATH}` };
  const hook = (...args: string[]) =>
    run(process.execPath, ['../scripts/azure/hook.js', ...args], { cwd: join(root, 'web'), env });
  const installs = async () => (await readFile(join(root, 'npm.log'), 'utf8').catch(() => '')).trim().split('\n');
  return { root, hook, installs };
}

test('hooks that run at once in a fresh clone install once, and each does its work', {
  timeout: TIMEOUT_MS,
}, async () => {
  const { hook, installs } = await freshClone();
  const said = await Promise.all(['a', 'b', 'c', 'd'].map((name) => hook('greet', name)));
  expect(said.map(({ stdout }) => stdout.trim())).toEqual(['hello a', 'hello b', 'hello c', 'hello d']);
  expect(await installs()).toEqual(['npm ci']);
  await hook();
  expect(await installs()).toEqual(['npm ci']);
});

test('an install that was killed half-way is done anew', { timeout: TIMEOUT_MS }, async () => {
  const { root, hook, installs } = await freshClone();
  const gone = spawn(process.execPath, ['-e', '']);
  await once(gone, 'exit');
  await hook();
  await writeFile(join(root, 'node_modules.lock'), String(gone.pid));
  // Its program may be there while other packages are not.
  expect((await hook('greet', 'you')).stdout).toBe('hello you\n');
  expect(await installs()).toEqual(['npm ci', 'npm ci']);
});

test('a hook fails when its work fails', { timeout: TIMEOUT_MS }, async () => {
  const { hook } = await freshClone();
  await expect(hook('greet')).rejects.toMatchObject({ code: 1 });
});
