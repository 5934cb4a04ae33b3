import type { CommandLine } from '../command-line.ts';
import type { CorsPolicy } from '../http/cors.ts';
import { StartupError } from '../startup-error.ts';
import type { LocalSettings } from './local-settings.ts';

const DEFAULT_BODY_LIMIT_BYTES = 100 * 1024 * 1024;

/** Which origins browsers may call from: the command line, else the settings file, else the variable Azure sets. */
export function readCorsPolicy(
  given: CommandLine,
  host: LocalSettings['Host'],
  env: NodeJS.ProcessEnv,
): CorsPolicy | undefined {
  const origins = given.cors ?? splitOrigins(host.CORS) ?? splitOrigins(env.WEBSITE_CORS_ALLOWED_ORIGINS) ?? [];
  if (origins.length === 0) return undefined;
  const credentials =
    given.corsCredentials || host.CORSCredentials || /^true$/i.test(env.WEBSITE_CORS_SUPPORT_CREDENTIALS ?? '');
  return { origins, credentials };
}

/** A comma list, or the JSON array that Azure uses. An origin never ends in a slash. */
function splitOrigins(text: string | undefined): string[] | undefined {
  return text
    ?.replace(/[[\]"]/g, '')
    .split(',')
    .map((origin) => origin.trim().replace(/\/$/, ''))
    .filter(Boolean);
}

/** The largest request body in bytes. */
export function readBodyLimit(env: NodeJS.ProcessEnv): number {
  const text = env.FUNCTIONS_REQUEST_BODY_SIZE_LIMIT;
  if (text === undefined || text === '') return DEFAULT_BODY_LIMIT_BYTES;
  const bytes = Number(text);
  if (Number.isInteger(bytes) && bytes > 0) return bytes;
  throw new StartupError(`FUNCTIONS_REQUEST_BODY_SIZE_LIMIT must be a number of bytes above 0, not "${text}".`);
}
