/** One process that makes one backup run, for tests that kill it: settings come as variables, the outcome goes to stdout. */

import { integer, parseConfig, text } from '@valerix/platform/config';
import { armCrashPoint, crashPointSettings, crashPointVariables } from '@valerix/platform/crash-points';
import { makeLogger } from '@valerix/platform/logger';
import { makeMetrics } from '@valerix/platform/metrics';
import { openBackupStores } from './backup-settings.ts';
import { makeBackups } from './backups.ts';
import { retention } from './retention.ts';

const settings = parseConfig(
  { STORAGE: text(), COPY_STORAGE: text(), VAULT_URL: text(), NOW: integer(0), ...crashPointVariables },
  process.env,
);
const logger = makeLogger('backup-process', 'error', (line) => console.error(line));
armCrashPoint(crashPointSettings(settings), logger);
const backups = makeBackups({
  ...openBackupStores({
    storage: { connectionString: settings.STORAGE },
    copyStorage: { connectionString: settings.COPY_STORAGE },
    vaultUrl: settings.VAULT_URL,
  }),
  retention,
  logger,
  metrics: makeMetrics('backup-process'),
  callTimeoutMs: 60_000,
  now: () => settings.NOW,
  tell: async () => {},
});
console.log(JSON.stringify(await backups.run()));
process.exit(0);
