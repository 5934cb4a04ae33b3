import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
const token = z.object({ token: z.string().min(1) });

/** A token for Azure Resource Manager, of whoever is signed in to azd. */
export async function readAzdToken(): Promise<string> {
  const { stdout } = await run('azd', ['auth', 'token', '--output', 'json']);
  return token.parse(JSON.parse(stdout)).token;
}

/** A value of the azd environment as it is now; undefined when it has none. */
export async function readAzdValue(name: string): Promise<string | undefined> {
  const { stdout } = await run('azd', ['env', 'get-value', name]).catch(() => ({ stdout: '' }));
  return stdout.trim() || undefined;
}

/** Sets a value of the azd environment. */
export async function writeAzdValue(name: string, value: string): Promise<void> {
  await run('azd', ['env', 'set', name, value]);
}
