/**
 * What azure.yaml runs: `node scripts/azure/hook.js NAME ...`, the same in sh and PowerShell. Installs what is missing and
 * runs scripts/NAME.ts by the Node that this repository pins; without a name it only installs. It is JavaScript because the
 * Node that starts it is whatever the user has (20 or later), which may not run TypeScript, and nothing may be installed yet.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const isWindows = process.platform === 'win32';
const pinnedNode = join(root, 'node_modules/node/bin', isWindows ? 'node.exe' : 'node');
/** Holds the process that installs. It lies beside the folder that `npm ci` empties. */
const lock = join(root, 'node_modules.lock');

/** azd prepares several services at once, and an install empties the folder that all of them use. */
async function installOnce() {
  while (existsSync(lock) || !existsSync(pinnedNode)) {
    if (takeLock()) {
      try {
        run('npm', ['ci'], { cwd: root, shell: isWindows });
      } finally {
        rmSync(lock, { force: true });
      }
      return;
    }
    await delay(200);
  }
}

/** False while another process holds it. What a process that was killed left behind is installed anew. */
function takeLock() {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const holder = readHolder();
    if (holder !== undefined && !isAlive(holder)) {
      // By the pinned Node all is known to be there, and so it goes first.
      rmSync(pinnedNode, { force: true });
      rmSync(lock, { force: true });
    }
    return false;
  }
}

function readHolder() {
  try {
    return Number(readFileSync(lock, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
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
