import { gapBetween } from '@valerix/backup/choose-pair';
import type { PairProgress } from '@valerix/backup/restore-pair';

const MEGABYTE = 1_000_000;
/** Between two lines about a table that takes long. */
const QUIET_MS = 5_000;

const megabytes = (bytes: number) => `${(bytes / MEGABYTE).toFixed(1)} MB`;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const rate = (bytes: number, ms: number) => `${(bytes / MEGABYTE / Math.max(ms / 1000, 0.001)).toFixed(1)} MB/s`;

/** Says what a restore does, line by line. Megabytes are those of the rows as PostgreSQL writes them, uncompressed. */
export function progressPrinter(print: (line: string) => void, now = () => performance.now()) {
  let rules = 0;
  let copied = 0;
  let table = '';
  let tableBegunAt = 0;
  let saidAt = 0;

  return (progress: PairProgress): void => {
    switch (progress.kind) {
      case 'unusable':
        print(`The copy in ${progress.place} ${progress.isCorrupt ? 'is corrupt' : 'cannot be used'}: ${progress.why}`);
        return;
      case 'chosen': {
        const { order, inventory } = progress.pair;
        print(`order     ${order.id}  of ${order.takenAt}`);
        print(`inventory ${inventory.id}  of ${inventory.takenAt}, ${seconds(gapBetween(order, inventory))} apart`);
        return;
      }
      case 'begun':
        [rules, copied, table] = [0, 0, ''];
        print(`${progress.service} from ${progress.place}:`);
        return;
      case 'copying': {
        const at = now();
        if (progress.table !== table) [table, tableBegunAt, saidAt] = [progress.table, at, at];
        if (at - saidAt < QUIET_MS) return;
        saidAt = at;
        print(
          `  ${table.padEnd(22)} ${megabytes(progress.copiedBytes)} so far, ${rate(progress.copiedBytes, at - tableBegunAt)}`,
        );
        return;
      }
      case 'copied': {
        copied += progress.copiedBytes;
        const { rows, copiedBytes, ms } = progress;
        const size = `${String(rows).padStart(9)} rows  ${megabytes(copiedBytes).padStart(10)}`;
        print(`  ${progress.table.padEnd(22)} ${size}  ${seconds(ms).padStart(7)}  ${rate(copiedBytes, ms)}`);
        return;
      }
      case 'rule':
        rules += 1;
        return;
      case 'loaded':
        print(
          `  ${rules} keys and indexes built and checked; ${megabytes(copied)} in ${seconds(progress.ms)}, ${rate(copied, progress.ms)}`,
        );
    }
  };
}
