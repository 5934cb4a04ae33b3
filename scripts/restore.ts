/** `npm run restore`: rebuilds both databases from a backup, and makes the two agree. */
import { restoreErrors, TargetNotEmpty } from '@valerix/backup/restore-errors';
import { describeError } from '@valerix/platform/logger';
import { parseCommandLine, UsageError, usage } from './restore/command-line.ts';
import { runRestore } from './restore/run-restore.ts';

try {
  const options = parseCommandLine(process.argv.slice(2), process.env);
  if (options === undefined) console.log(usage);
  else process.exitCode = (await runRestore(options, process.env, console.log)) ? 0 : 1;
} catch (error) {
  process.exitCode = 2;
  const isPlain = error instanceof UsageError || restoreErrors.some((kind) => error instanceof kind);
  console.error(isPlain ? (error as Error).message : describeError(error));
  if (error instanceof TargetNotEmpty) console.error('Nothing was changed. With --force it is emptied first.');
  if (error instanceof UsageError) console.error(`\n${usage}`);
}
