/** `npm run backups`: what backups there are, and whether every byte of them is as it was. */
import { parseArgs } from 'node:util';
import { placeNames } from '@valerix/backup/manifest';
import { describeError } from '@valerix/platform/logger';
import { formatTable } from '../local/console-table.ts';
import { listBackups, verifyBackups } from './backups/backups-commands.ts';
import { openPlaces } from './restore/open-places.ts';

const USAGE = `Usage: npm run backups -- [COMMAND] [options]

  list               the days of which there are backups, and where (the default)
  verify             read back every byte and compare it; names what is damaged

  --date YYYY-MM-DD  only the backup of that day
  --from PLACE       only those in ${placeNames.join(', ')}
  --home DIR         data directory of the running system (default: VALERIX_HOME, else .valerix); used unless
                     StorageConnection is set, with BackupCopyConnection and BACKUP_VAULT_URL as for the Inventory service

Exit codes: 0 all is well, 1 something is damaged or cannot be read, 2 used wrongly.
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      date: { type: 'string' },
      from: { type: 'string' },
      home: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { date, from } = values;
  const [command = 'list', ...rest] = positionals;
  const isKnown = (command === 'list' || command === 'verify') && rest.length === 0;
  const isDay = date === undefined || /^\d{4}-\d{2}-\d{2}$/.test(date);
  if (!isKnown || !isDay || (from !== undefined && !placeNames.some((name) => name === from))) {
    console.error(USAGE);
    return 2;
  }
  const home = values.home ?? (process.env.VALERIX_HOME || '.valerix');
  const places = (await openPlaces(process.env, home)).filter(({ name }) => from === undefined || name === from);
  if (places.length === 0) {
    console.error(`${from} is not set up here.`);
    return 2;
  }
  const report = await (command === 'list' ? listBackups(places, date) : verifyBackups(places, date, console.log));
  if (report.rows.length > 0) console.log(formatTable([report.head, ...report.rows]));
  for (const fault of report.faults) console.error(fault);
  return report.faults.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 2;
}
