import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface PrometheusBinaries {
  readonly prometheus: string;
  readonly promtool: string;
}

/**
 * Prometheus as it is installed, or else as Debian packages it, unpacked into `cache` and not installed. Undefined where
 * there is neither.
 */
export async function findPrometheus(cache: string): Promise<PrometheusBinaries | undefined> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), join(cache, 'usr/bin')];
  const find = () =>
    folders.find((folder) => ['prometheus', 'promtool'].every((name) => existsSync(join(folder, name))));
  const folder = find() ?? ((await unpackFromDebian(cache)) ? find() : undefined);
  if (folder === undefined) return undefined;
  return { prometheus: join(folder, 'prometheus'), promtool: join(folder, 'promtool') };
}

async function unpackFromDebian(cache: string): Promise<boolean> {
  const scratch = `${cache}.${process.pid}`;
  await mkdir(scratch, { recursive: true });
  try {
    const download = () => run('apt-get', ['download', 'prometheus'], { cwd: scratch });
    await download().catch(async () => {
      await run('apt-get', ['update', '-qq']);
      await download();
    });
    const [file] = (await readdir(scratch)).filter((name) => name.endsWith('.deb'));
    if (file === undefined) return false;
    await run('dpkg-deb', ['--extract', join(scratch, file), join(scratch, 'unpacked')]);
    await rm(cache, { recursive: true, force: true });
    await rename(join(scratch, 'unpacked'), cache);
    return true;
  } catch {
    return false;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
