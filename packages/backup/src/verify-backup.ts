import { createHash, type Hash } from 'node:crypto';
import type { BackupPlace } from './backup-place.ts';
import { BackupUnreadable, openBackup } from './backup-reader.ts';
import type { Manifest } from './manifest.ts';

/** What reading every byte of an archive showed. */
export interface Verdict {
  readonly place: BackupPlace['name'];
  readonly day: string;
  readonly bytes: number;
  /** What is damaged, by name; empty when nothing is. */
  readonly damaged: readonly string[];
}

interface Part {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
  readonly sha256: string;
  readonly hash: Hash;
}

/** Reads an archive from its first byte to its last and compares all of it. Rejects while the place is away. */
export async function verifyBackup(place: BackupPlace, day: string): Promise<Verdict> {
  let manifest: Manifest;
  try {
    ({ manifest } = await openBackup(place, day));
  } catch (error) {
    if (!(error instanceof BackupUnreadable)) throw error;
    return { place: place.name, day, bytes: 0, damaged: [error.message] };
  }
  const parts = partsOf(manifest);
  const whole = createHash('sha256');
  let at = 0;
  let next = 0;
  for await (const chunk of await place.read(day)) {
    const bytes: Buffer = chunk;
    whole.update(bytes);
    // Parts follow each other, so only those that this chunk reaches are looked at.
    for (let index = next; index < parts.length; index += 1) {
      const part = parts[index];
      if (part === undefined || part.begin >= at + bytes.length) break;
      part.hash.update(bytes.subarray(Math.max(part.begin - at, 0), Math.max(part.end - at, 0)));
      if (part.end <= at + bytes.length) next = index + 1;
    }
    at += bytes.length;
  }
  const damaged = parts.filter(({ hash, sha256 }) => hash.digest('hex') !== sha256).map(({ name }) => name);
  const isWhole = at === manifest.bytes && whole.digest('hex') === manifest.sha256;
  if (!isWhole && damaged.length === 0) damaged.push('what is between the tables');
  return { place: place.name, day, bytes: at, damaged };
}

function partsOf({ snapshots }: Manifest): Part[] {
  return snapshots
    .flatMap(({ service, id, tables }) =>
      tables.map(({ file, offset, bytes, sha256 }) => ({
        name: `${service}/${id}/${file}`,
        begin: offset,
        end: offset + bytes,
        sha256,
        hash: createHash('sha256'),
      })),
    )
    .sort((a, b) => a.begin - b.begin);
}
