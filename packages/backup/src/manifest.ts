import { z } from 'zod';
import { snapshot, snapshotTable } from './snapshot.ts';

/** Where archives are kept: what the day's call stored, and the copies of it. */
export const placeNames = ['vault', 'primary', 'secondary'] as const;
export type PlaceName = (typeof placeNames)[number];

/** Far more than ten thousand snapshots need; a damaged size must not fill the memory. */
export const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;

const count = z.int().min(0);

/** What `snapshot.json` says, and where in the archive each table's file begins. */
const archivedSnapshot = snapshot.extend({
  tables: z.array(snapshotTable.extend({ offset: count })).max(10_000),
});
export type ArchivedSnapshot = z.infer<typeof archivedSnapshot>;

/** The first entry of an archive, `manifest.json`: an archive can be read with nothing beside it. */
export const archiveContents = z.object({
  format: z.literal(1),
  /** The UTC day of the call, which is the archive's name. */
  day: z.iso.date(),
  calledAt: z.iso.datetime(),
  snapshots: z.array(archivedSnapshot).min(1).max(10_000),
});
export type ArchiveContents = z.infer<typeof archiveContents>;

/** The size of an archive and the SHA-256 of all of its bytes, in hex. */
export const archiveSeal = z.object({ bytes: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) });
export type ArchiveSeal = z.infer<typeof archiveSeal>;

/** `<day>.json`, beside each copy of `<day>.tar`. */
export const manifest = archiveContents.extend(archiveSeal.shape);
export type Manifest = z.infer<typeof manifest>;
