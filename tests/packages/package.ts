import { cp, mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { deflateRawSync } from 'node:zlib';

/** Of one file in a zip: its two headers, without its name. */
const ZIP_HEADER_BYTES = 30 + 46;

export interface PackageSize {
  readonly files: number;
  readonly bytes: number;
  /** As a zip, which is what azd uploads of a Function App. */
  readonly zipBytes: number;
}

/**
 * Copies what was built out of the repository, alone in a folder. Throws when anything above that folder could lend it a
 * package, or when it holds a link.
 */
export async function copyAlone(dist: string): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'valerix-package-')), 'package');
  await cp(dist, folder, { recursive: true, verbatimSymlinks: true });
  for (let above = folder; ; above = dirname(above)) {
    const modules = join(above, 'node_modules');
    if (await stat(modules).catch(() => undefined)) throw new Error(`${modules} could lend it packages.`);
    if (above === dirname(above)) return folder;
  }
}

export async function measurePackage(folder: string): Promise<PackageSize> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  let files = 0;
  let bytes = 0;
  let zipBytes = 0;
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) throw new Error(`${path} is no plain file: a zip would not carry it.`);
    const content = await readFile(path);
    files += 1;
    bytes += content.length;
    zipBytes += deflateRawSync(content).length + ZIP_HEADER_BYTES + 2 * relative(folder, path).length;
  }
  return { files, bytes, zipBytes };
}
