import type { Readable } from 'node:stream';
import type { BackupPlace } from './backup-place.ts';
import type { ArchiveSeal } from './manifest.ts';

/** What one call stores. */
export interface Archive extends ArchiveSeal {
  readonly day: string;
  /** All of its bytes, from the beginning. */
  open(): Readable;
}

/**
 * Where backups are safe: it keeps what it is given and never lets it be changed. It accepts one `store` a day, and that is
 * the one call that counts; looking up what it holds does not.
 */
export interface Vault extends BackupPlace {
  /** Rejects with `VaultFailed`; whether the archive was stored all the same is for `find` to say. */
  store(archive: Archive, signal: AbortSignal): Promise<void>;
}

export type VaultFailure = 'refused' | 'failed' | 'timed_out' | 'unreachable';

/** The call went wrong: `refused` when the day's call was used up already, as the vault counts. */
export class VaultFailed extends Error {
  override name = 'VaultFailed';
  readonly failure: VaultFailure;

  constructor(failure: VaultFailure, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.failure = failure;
  }
}
