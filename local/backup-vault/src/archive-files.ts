import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

interface StoredArchive {
  readonly day: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ArchiveFiles {
  list(): StoredArchive[];
  find(day: string): StoredArchive | undefined;
  /** Bytes from `first` to `last`, both included. */
  read(day: string, first: number, last: number): Readable;
  /** Undefined, and nothing is kept, when the body is not what was announced. Rejects when it breaks off. */
  store(archive: StoredArchive, body: Readable): Promise<StoredArchive | undefined>;
}

const DESCRIPTION = /^(\d{4}-\d{2}-\d{2})\.json$/;

/** Archives in a directory, each with a description that is written last: without it there is no archive. */
export function openArchiveFiles(directory: string): ArchiveFiles {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(directory)) if (name.endsWith('.part')) rmSync(join(directory, name));
  const archiveOf = (day: string) => join(directory, `${day}.tar`);
  const descriptionOf = (day: string) => join(directory, `${day}.json`);
  const find = (day: string): StoredArchive | undefined =>
    existsSync(descriptionOf(day)) ? JSON.parse(readFileSync(descriptionOf(day), 'utf8')) : undefined;

  return {
    list: () =>
      readdirSync(directory)
        .flatMap((name) => DESCRIPTION.exec(name)?.[1] ?? [])
        .sort()
        .flatMap((day) => find(day) ?? []),
    find,
    read: (day, first, last) =>
      last < first ? Readable.from([]) : createReadStream(archiveOf(day), { start: first, end: last }),
    async store({ day, bytes, sha256 }, body) {
      const part = join(directory, `${randomUUID()}.part`);
      const hash = createHash('sha256');
      let size = 0;
      const measured = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          hash.update(chunk);
          size += chunk.length;
          done(null, chunk);
        },
      });
      try {
        await pipeline(body, measured, createWriteStream(part, { mode: 0o600 }));
        if (size !== bytes || hash.digest('hex') !== sha256) return undefined;
        const file = await open(part, 'r+');
        await file.sync();
        await file.close();
        await rename(part, archiveOf(day));
      } finally {
        await rm(part, { force: true });
      }
      const stored: StoredArchive = { day, bytes, sha256 };
      const description = `${descriptionOf(day)}.part`;
      await writeFile(description, JSON.stringify(stored), { mode: 0o600, flush: true });
      await rename(description, descriptionOf(day));
      return stored;
    },
  };
}

/** Removes the archives of days before `day`. */
export function removeBefore(directory: string, day: string): void {
  for (const name of readdirSync(directory)) {
    if (/^\d{4}-\d{2}-\d{2}\.(json|tar)$/.test(name) && name < day) rmSync(join(directory, name));
  }
}
