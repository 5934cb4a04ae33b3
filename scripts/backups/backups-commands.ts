import type { BackupPlace } from '@valerix/backup/backup-place';
import { openBackup } from '@valerix/backup/backup-reader';
import { verifyBackup } from '@valerix/backup/verify-backup';
import { describeError } from '@valerix/platform/logger';

/** What a command shows, and what an operator has to look at. */
export interface CommandReport {
  readonly head: string[];
  readonly rows: string[][];
  readonly faults: readonly string[];
}

/** The days of each place; a place that cannot be asked is a fault, and the others are shown all the same. */
export async function listBackups(places: readonly BackupPlace[], day?: string): Promise<CommandReport> {
  const { daysOf, faults } = await readDays(places, day);
  const days = [...new Set([...daysOf.values()].flat())].sort().reverse();
  const rows: string[][] = [];
  for (const each of days) {
    const holders = places.filter((place) => daysOf.get(place)?.includes(each));
    rows.push([
      each,
      ...(await describe(holders, each)),
      ...places.map((place) => (holders.includes(place) ? 'yes' : '-')),
    ]);
  }
  if (rows.length === 0 && faults.length === 0)
    faults.push(day === undefined ? 'There are no backups.' : `There is no backup of ${day}.`);
  return { head: ['day', 'size', 'snapshots', ...places.map(({ name }) => name)], rows, faults };
}

/** Reads every byte of each archive; tells of each as soon as it is known. */
export async function verifyBackups(
  places: readonly BackupPlace[],
  day: string | undefined,
  tell: (line: string) => void,
): Promise<CommandReport> {
  const { daysOf, faults } = await readDays(places, day);
  let intact = 0;
  for (const [place, days] of daysOf) {
    for (const each of days) {
      try {
        const { bytes, damaged } = await verifyBackup(place, each);
        if (damaged.length === 0) {
          intact += 1;
          tell(`${each} in ${place.name}: intact, ${sizeInWords(bytes)}`);
        } else faults.push(...damaged.map((name) => `${each} in ${place.name}: DAMAGED ${name}`));
      } catch (error) {
        faults.push(`${each} in ${place.name}: cannot be read: ${describeError(error)}`);
      }
    }
  }
  if (intact === 0 && faults.length === 0) faults.push('There is nothing to verify.');
  return { head: [], rows: [], faults };
}

async function readDays(places: readonly BackupPlace[], day: string | undefined) {
  const daysOf = new Map<BackupPlace, string[]>();
  const faults: string[] = [];
  for (const place of places) {
    try {
      const days = await place.days();
      daysOf.set(place, day === undefined ? days : days.filter((each) => each === day));
    } catch (error) {
      faults.push(`${place.name} cannot be asked: ${describeError(error)}`);
    }
  }
  return { daysOf, faults };
}

/** Its size and what it carries, from the first place that can say so. */
async function describe(places: readonly BackupPlace[], day: string): Promise<[string, string]> {
  for (const place of places) {
    const backup = await openBackup(place, day).catch(() => undefined);
    if (backup === undefined) continue;
    const { bytes, snapshots } = backup.manifest;
    return [sizeInWords(bytes), snapshots.map(({ service, id }) => `${service} ${id.slice(0, 16)}`).join(', ')];
  }
  return ['?', 'cannot be read'];
}

function sizeInWords(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
