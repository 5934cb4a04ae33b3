/**
 * What azure.yaml runs: `node scripts/azure/hook.js NAME ...`, the same in sh and PowerShell. Installs what is missing and
 * runs scripts/NAME.ts by the Node that this repository pins; without a name it only installs. It is JavaScript of its own because the Node that starts it is whatever the user
 * has (20 or later), which may not run TypeScript, and because nothing may be installed yet.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const pinnedNode = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
// npm writes it last.
const installed = join(root, 'node_modules/.package-lock.json');
const lock = join(root, 'node_modules.installing');
/** Longer than an install takes: whoever took the lock then is gone. */
const LOCK_MS = 10 * 60_000;

const isInstalled = () => existsSync(installed) && existsSync(pinnedNode);

/** azd packages several services at once, and `npm ci` empties the folder that all of them use. */
async function installOnce() {
  while (!isInstalled() || existsSync(lock)) {
    try {
      mkdirSync(lock);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > LOCK_MS) rmSync(lock, { recursive: true, force: true });
      await delay(500);
      continue;
    }
    try {
      if (!isInstalled()) run('npm', ['ci'], { cwd: root, shell: process.platform === 'win32' });
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
}

function run(command, args, options) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}

const [name, ...args] = process.argv.slice(2);
try {
  await installOnce();
  if (name !== undefined) run(pinnedNode, [join(root, 'scripts', `${name}.ts`), ...args], { cwd: root });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
