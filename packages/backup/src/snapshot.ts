import { z } from 'zod';

/** The services that own a database each. */
export const snapshotServices = ['order', 'inventory'] as const;
export type SnapshotService = (typeof snapshotServices)[number];

/** Where snapshots wait for the call that preserves them. */
export const STAGING_CONTAINER = 'backup-staging';
/** Written last: a snapshot without it is not whole and never will be. */
export const SNAPSHOT_FILE = 'snapshot.json';

/** A snapshot's name: the second it was begun, in UTC, and six random digits. Sorts by time. */
export const snapshotId = z.string().regex(/^\d{8}T\d{6}Z-[0-9a-f]{6}$/, 'must be a snapshot id');

const MAX_IDENTIFIER = 63;
const identifier = z
  .string()
  .max(MAX_IDENTIFIER)
  .regex(/^[a-z_][a-z0-9_]*$/);
const count = z.int().min(0);

export const snapshotTable = z.object({
  name: identifier,
  /** Name of the blob below the snapshot's folder. */
  file: z.string().regex(/^[a-z_][a-z0-9_]*\.copy\.zst$/),
  /** The columns in the order in which the file has them; generated ones are left out. */
  columns: z.array(identifier).max(1_600),
  rows: count,
  /** Of the blob, compressed. */
  bytes: count,
  /** What PostgreSQL wrote, before compression. */
  copiedBytes: count,
  /** Of the blob's bytes, in hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type SnapshotTable = z.infer<typeof snapshotTable>;

const snapshotSequence = z.object({
  name: identifier,
  /** A string, because a bigint may be beyond what a number holds. Null: never used. */
  lastValue: z
    .string()
    .regex(/^-?\d+$/)
    .nullable(),
});

/** One database at one moment: what `snapshot.json` says of the files beside it. */
export const snapshot = z.object({
  format: z.literal(1),
  service: z.enum(snapshotServices),
  id: snapshotId,
  /** The moment that the data is of: when its transaction began. */
  takenAt: z.iso.datetime(),
  /** The migrations that made the schema, in the order in which they were applied. */
  schema: z.array(z.string().min(1).max(200)).min(1).max(10_000),
  tables: z.array(snapshotTable).max(10_000),
  sequences: z.array(snapshotSequence).max(10_000),
});
export type Snapshot = z.infer<typeof snapshot>;

/** Where the files of a snapshot are in the staging container. */
export const snapshotFolder = (service: SnapshotService, id: string): string => `snapshots/${service}/${id}/`;
