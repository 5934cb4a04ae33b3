import {
  type BackupMade,
  type BackupsReport,
  backupMade,
  backupsReport,
  type SnapshotTaken,
  snapshotTaken,
} from '@valerix/contracts/backups-api';
import type { DescribedOperation } from '@valerix/platform/openapi/operation';

const taken: SnapshotTaken = {
  id: '20260302T010000Z-a1b2c3',
  service: 'order',
  takenAt: '2026-03-02T01:00:00.412Z',
  tables: 8,
  rows: 48_211,
  bytes: 5_120_334,
};
const made: BackupMade = { day: '2026-03-02', bytes: 7_340_032, snapshots: 2, unfinished: [] };
const report: BackupsReport = {
  state: 'green',
  reason: 'The last backup is 9 hours old.',
  lastSuccessAt: '2026-03-02T01:30:00.000Z',
  nextRunAt: '2026-03-03T01:30:00.000Z',
  backups: [
    {
      day: made.day,
      at: '2026-03-02T01:30:00.000Z',
      bytes: made.bytes,
      copies: [
        { place: 'vault', verifiedAt: '2026-03-02T01:30:02.120Z' },
        { place: 'primary', verifiedAt: '2026-03-02T01:30:04.004Z' },
        { place: 'secondary', verifiedAt: null },
      ],
    },
  ],
};

/** Of every service: its own database, now. */
export const snapshotOperations: Readonly<Record<string, DescribedOperation>> = {
  'snapshots-export': {
    tag: 'backups',
    summary: "Exports the service's database now; the snapshot goes with the next call of the vault.",
    answers: { 200: { description: 'It is whole, in staging.', schema: snapshotTaken, example: taken } },
    errors: ['temporarily_unavailable'],
  },
};

/** Of the one service that calls the vault. */
export const backupOperations: Readonly<Record<string, DescribedOperation>> = {
  'backups-get': {
    tag: 'backups',
    summary: 'What backups there are, where, and whether all is well with them.',
    answers: { 200: { description: 'Newest first.', schema: backupsReport, example: report } },
    errors: ['temporarily_unavailable'],
  },
  'backups-run': {
    tag: 'backups',
    summary: 'Makes the one call of this UTC day now, with every snapshot that waits.',
    description: 'What `unfinished` names is gone on with by the hourly runs.',
    answers: { 200: { description: 'The vault has stored it.', schema: backupMade, example: made } },
    errors: ['backup_nothing_new', 'backup_day_spent', 'backup_failed', 'temporarily_unavailable'],
  },
};
