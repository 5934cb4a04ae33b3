import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StartRefused } from './start-refused.ts';
import type { LaunchCommand } from './supervise.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Runs a script of this repository by the Node that runs us. */
export function nodeCommand(args: readonly string[], env: NodeJS.ProcessEnv): LaunchCommand {
  return { command: process.execPath, args, env, cwd: ROOT };
}

export async function assertBuilt(file: string): Promise<void> {
  if (!existsSync(file)) throw new StartRefused(`${file} does not exist. Build first: npm run build`);
}
