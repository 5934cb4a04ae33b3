import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { freePortBase } from './free-ports.ts';

const EACH = 20;

test('processes that look for ports at the same time never get the same ones, though nobody listens on them yet', async () => {
  const others = [1, 2].map(() => {
    // Lives until it is killed: what it claimed is free again when it ends.
    const script = `
      import { freePortBase } from '${new URL('./free-ports.ts', import.meta.url)}';
      const bases = [];
      while (bases.length < ${EACH}) bases.push(await freePortBase());
      process.send(bases);
      setInterval(() => {}, 1_000);`;
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    const other = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: [...stdio] });
    onTestFinished(() => void other.kill('SIGKILL'));
    return once(other, 'message').then(([bases]) => bases as number[]);
  });
  const own: number[] = [];
  while (own.length < EACH) own.push(await freePortBase());
  const all = [...own, ...(await Promise.all(others)).flat()];
  expect(all).toHaveLength(3 * EACH);
  expect(new Set(all).size).toBe(all.length);
});
