import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { RULES_FILE } from './site-rules.ts';

export const encodings = ['br', 'gzip'] as const;
type Encoding = (typeof encodings)[number];

/** A file of a site as it is served. */
export interface SiteFile {
  readonly ending: string;
  readonly bytes: Buffer;
  readonly etag: string;
  /** The bytes compressed; undefined where that would be no smaller. */
  encoded(encoding: Encoding): Promise<Buffer | undefined>;
}

/** Finds a file by its path below the site, already decoded; undefined where there is none. */
export type FindFile = (path: string) => Promise<SiteFile | undefined>;

interface Kept {
  readonly stamp: string;
  readonly file: SiteFile;
}

/** Reads the files of a built site, each once until it changes on disk: a new build is served without a restart. */
export function openSiteFiles(directory: string): FindFile {
  const kept = new Map<string, Kept>();
  return async (path) => {
    if (path.includes('\0') || path.includes('\\')) return undefined;
    const named = path.endsWith('/') ? `${path}index.html` : path;
    try {
      // Neither `..` nor a link leads out of the site.
      const root = await realpath(directory);
      const place = await realpath(join(root, named));
      if (!place.startsWith(root + sep) || place === join(root, RULES_FILE)) return undefined;
      const { mtimeMs, size, ino } = await stat(place);
      const stamp = `${ino}-${mtimeMs}-${size}`;
      const known = kept.get(place);
      if (known?.stamp === stamp) return known.file;
      const file = siteFile(extname(place).toLowerCase(), await readFile(place));
      kept.set(place, { stamp, file });
      return file;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
}

/** `application/json` made here, served like a file. */
export const jsonFile = (content: unknown): SiteFile => siteFile('.json', Buffer.from(JSON.stringify(content)));

const compress = {
  // The best level takes seconds for a large script, and saves one per cent.
  br: (bytes: Buffer) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes),
} as const;

function siteFile(ending: string, bytes: Buffer): SiteFile {
  const smaller = new Map<Encoding, Promise<Buffer | undefined>>();
  return {
    ending,
    bytes,
    // Weak: the same whether compressed or not.
    etag: `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    encoded(encoding) {
      const known = smaller.get(encoding);
      if (known !== undefined) return known;
      const made = compress[encoding](bytes).then((result) => (result.length < bytes.length ? result : undefined));
      smaller.set(encoding, made);
      return made;
    },
  };
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ELOOP'].includes(code);
}
