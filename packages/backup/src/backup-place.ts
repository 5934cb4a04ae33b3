import type { Readable } from 'node:stream';
import type { ArchiveSeal, PlaceName } from './manifest.ts';

export interface ByteRange {
  readonly offset: number;
  readonly bytes: number;
}

/** Somewhere archives lie, to be read. Everything rejects while it is away. */
export interface BackupPlace {
  readonly name: PlaceName;
  /** The days of which it has an archive, oldest first. */
  days(): Promise<string[]>;
  /** How large the archive is, and the SHA-256 it had when it was stored; undefined when there is none. */
  find(day: string): Promise<ArchiveSeal | undefined>;
  /** The archive's bytes, or some of them. */
  read(day: string, range?: ByteRange, signal?: AbortSignal): Promise<Readable>;
}
