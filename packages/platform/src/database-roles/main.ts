/**
 * Gives each database on Azure to the managed identities of its service. Runs once per deployment, as the Entra
 * administrator of the servers and within their network, and ends with 0 when everything is as it should be.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '../config.ts';
import { describeError, makeLogger } from '../logger.ts';
import { setUpDatabases } from './run.ts';
import { readSettings } from './settings.ts';

const logger = makeLogger('database-roles', 'info', console.log);
try {
  await setUpDatabases(readSettings(process.env), { logger, now: Date.now, wait: delay });
} catch (error) {
  console.error(
    error instanceof ConfigError ? error.message : `The databases could not be set up: ${describeError(error)}`,
  );
  process.exitCode = 1;
}
