import { z } from 'zod';

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
  lastSuccessAt: moment.nullable(),
  nextRunAt: moment,
  backups: z.array(backupView),
});
export type BackupsReport = z.infer<typeof backupsReport>;
