import type { BackupsReport } from '@valerix/contracts/backups-api';
import { type BackupStanding, judgeBackup } from '@valerix/platform/alerts/backup-standing';
import { utcDay } from './archive-names.ts';
import { nextRunAt } from './calendar.ts';
import type { Call } from './call-ledger.ts';
import type { PlaceName } from './manifest.ts';

/** What operators see of the calls; `places` are those that are set up now. */
export function reportOf(
  calls: readonly Call[],
  standing: BackupStanding | undefined,
  places: readonly PlaceName[],
  now: number,
): BackupsReport {
  const { state, reason } = judgeBackup(standing, now);
  const stored = calls.filter((call) => call.state === 'stored');
  const backups = stored.toReversed().map(({ day, claimedAt, bytes, places: at }) => ({
    day,
    at: claimedAt,
    bytes,
    copies: places
      .filter((place) => at[place].prunedAt === null)
      .map((place) => ({ place, verifiedAt: at[place].verifiedAt })),
  }));
  return {
    state,
    reason,
    lastSuccessAt: stored.at(-1)?.claimedAt ?? null,
    nextRunAt: new Date(
      nextRunAt(
        now,
        calls.some(({ day }) => day === utcDay(now)),
      ),
    ).toISOString(),
    backups,
  };
}
