import { z } from 'zod';
import { alertState } from './alerts-api.ts';

const moment = z.iso.datetime();

export const backupView = z.object({
  day: z.iso.date(),
  at: moment,
  bytes: z.number().min(0),
  copies: z.array(z.object({ place: z.string(), verifiedAt: moment.nullable() })),
});
export type BackupView = z.infer<typeof backupView>;

/** The answer of `GET /api/ops/backups`. */
export const backupsReport = z.object({
  /** Red when the newest backup is too old, or something went wrong: the alert rule `backup`, told with its reason. */
  state: alertState,
  reason: z.string(),
  lastSuccessAt: moment.nullable(),
  nextRunAt: moment,
  /** Newest first; those of which there still is a copy. */
  backups: z.array(backupView),
});
export type BackupsReport = z.infer<typeof backupsReport>;

/** The answer of `POST /api/ops/snapshots`. */
export const snapshotTaken = z.object({
  id: z.string(),
  service: z.string(),
  takenAt: moment,
  tables: z.int().min(0),
  rows: z.int().min(0),
  bytes: z.int().min(0),
});
export type SnapshotTaken = z.infer<typeof snapshotTaken>;

/** The answer of `POST /api/ops/backups`: what the one call of the day stored. */
export const backupMade = z.object({
  day: z.iso.date(),
  bytes: z.int().min(0),
  snapshots: z.int().min(1),
  /** What is not done yet, in words; the hourly runs go on with it. */
  unfinished: z.array(z.string()),
});
export type BackupMade = z.infer<typeof backupMade>;
