import { z } from 'zod';
import { HOUR } from '../durations.ts';
import { HEARTBEATS, type Row } from './alert-rows.ts';
import type { Judgement } from './rules.ts';

/** What whoever makes the backups last said about them. */
export interface BackupStanding {
  /** Since when there is a system to be backed up. */
  readonly since: string;
  readonly lastSuccessAt: string | null;
  /** What is wrong, in a sentence; empty when nothing is. */
  readonly trouble: string;
}

/** One backup a day is due; two hours of grace for the call that makes it. */
export const MAX_BACKUP_AGE_HOURS = 26;

/** Beside the heartbeats, which every judge reads anyway. */
export const BACKUP = { partitionKey: HEARTBEATS, rowKey: 'backup' } as const;

export const firstBackupRow = (at: number): Row => ({
  ...BACKUP,
  since: new Date(at).toISOString(),
  lastSuccessAt: '',
  trouble: '',
});
export const backupNews = ({ lastSuccessAt, trouble }: Omit<BackupStanding, 'since'>): Row => ({
  ...BACKUP,
  lastSuccessAt: lastSuccessAt ?? '',
  trouble: trouble.slice(0, 1_000),
});

const moment = z.iso.datetime();
const backupColumns = z.object({
  rowKey: z.literal(BACKUP.rowKey),
  since: moment,
  lastSuccessAt: z.preprocess((text) => text || null, moment.nullable()),
  trouble: z.string(),
});
/** Undefined for a row that is none. */
export const readBackupStanding = (row: unknown): BackupStanding | undefined => backupColumns.safeParse(row).data;

/** Red when something went wrong, or when the newest backup is too old; a new system has time to make its first one. */
export function judgeBackup(standing: BackupStanding | undefined, now: number): Judgement {
  const rule = { rule: 'backup', threshold: MAX_BACKUP_AGE_HOURS } as const;
  if (standing === undefined)
    return { ...rule, state: 'green', value: null, reason: 'Nothing here makes backups yet.' };
  const { since, lastSuccessAt, trouble } = standing;
  const hours = (now - Date.parse(lastSuccessAt ?? since)) / HOUR;
  const isLate = hours > MAX_BACKUP_AGE_HOURS;
  const age =
    lastSuccessAt === null
      ? `There has been no backup in the ${wholeHours(hours)} since the system began.`
      : `The last backup is ${wholeHours(hours)} old.`;
  return {
    ...rule,
    state: isLate || trouble !== '' ? 'red' : 'green',
    value: Math.max(hours, 0),
    reason: trouble === '' ? age : `${trouble} ${age}`,
  };
}

function wholeHours(hours: number): string {
  const whole = Math.max(Math.floor(hours), 0);
  return whole === 1 ? '1 hour' : `${whole} hours`;
}
