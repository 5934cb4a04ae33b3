import type { SnapshotTaken } from '@valerix/contracts/backups-api';
import type { Snapshot } from './snapshot.ts';

/** A snapshot in a few figures; bytes are those of its compressed files. */
export function snapshotTotals({ id, service, takenAt, tables }: Snapshot): SnapshotTaken {
  return {
    id,
    service,
    takenAt,
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
