/** `npm run check`: types, lint and format, unused code, generated code, what describes the deployment; runs all of them and says which failed. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const generated = ['inventory.ts', 'inventory-descriptor.ts'].map((name) => `packages/contracts/src/generated/${name}`);

const run = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' }).status === 0;

const read = () => generated.map((file) => readFileSync(`${root}${file}`, 'utf8')).join('');

function generatedCodeIsCurrent(): boolean {
  const before = read();
  if (!run('node', 'scripts/generate.ts')) return false;
  if (read() === before) return true;
  console.error('The generated gRPC code was out of date; it has been generated anew: commit it.');
  return false;
}

const checks: Record<string, () => boolean> = {
  types: () => ['.', 'web', 'dashboard'].map((project) => run('tsc', '--noEmit', '--project', project)).every(Boolean),
  'lint and format': () => run('biome', 'ci', '.'),
  'unused code': () => run('knip'),
  'generated code': generatedCodeIsCurrent,
  deployment: () => run('node', 'scripts/check-deployment.ts'),
};

const failed = Object.entries(checks)
  .filter(([, passes]) => !passes())
  .map(([name]) => name);
console.log(
  failed.length === 0 ? `check: ${Object.keys(checks).join(', ')}: all clean` : `check failed: ${failed.join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
