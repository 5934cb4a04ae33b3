import type { BackupRun } from '@valerix/backup/backups';
import type { BackupMade } from '@valerix/contracts/backups-api';
import { DAY, SECOND } from '@valerix/platform/durations';
import { RequestError } from '@valerix/platform/problem';

const DAY_SECONDS = DAY / SECOND;

/** What an operator is told who asked for the day's call. Throws the error of the catalogue where none was made. */
export function answerRun({ outcome, faults }: BackupRun, now: number): BackupMade {
  switch (outcome.kind) {
    case 'stored': {
      const { day, bytes, snapshots } = outcome;
      return { day, bytes, snapshots, unfinished: [...faults] };
    }
    case 'spent':
    case 'under_way': {
      const retryAfterSeconds = DAY_SECONDS - (Math.floor(now / SECOND) % DAY_SECONDS);
      throw new RequestError('backup_day_spent', { day: outcome.day }, { retryAfterSeconds });
    }
    case 'failed':
      throw new RequestError('backup_failed', {}, { cause: new Error(outcome.reason) });
    default:
      throw new RequestError('backup_nothing_new');
  }
}
