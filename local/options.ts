import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { PORT_COUNT } from './ports.ts';
import { StartRefused } from './start-refused.ts';

export const PART_NAMES = [
  'postgres',
  'azurite',
  'servicebus',
  'webpubsub',
  'insights',
  'vault',
  'grpc',
  'order',
  'inventory',
  'storefront',
  'dashboard',
] as const;
export type PartName = (typeof PART_NAMES)[number];

export const USAGE = `Usage: npm start -- [options]

Starts the whole system on this machine and keeps it running until Ctrl+C.

  --port-base N      use the ports N, N+1, ... instead of the default ones, so that two systems can run side by side
  --home DIR         where the data lives (default: VALERIX_HOME, else .valerix)
  --fresh            delete the data of earlier runs first
  --emulators-only   start only what stands in for Azure, and write the settings for running the apps yourself
  --dev-sites        run both sites by Vite's development server, which follows their source, instead of as built
  --without PART     leave a part out, for running it yourself; may be repeated. The parts:
                     ${PART_NAMES.join(', ')}
  --help             show this

Each stand-in can be replaced by the real thing with one variable:

  VALERIX_POSTGRES_URL            admin URL of an existing PostgreSQL; databases and roles are created there if missing
  VALERIX_SERVICEBUS_CONNECTION   connection string of the official emulator or of a real namespace
  VALERIX_STORAGE_CONNECTION      connection string of a storage account
  VALERIX_WEBPUBSUB_CONNECTION    connection string of a Web PubSub service or of the official emulator
  BACKUP_VAULT_URL                URL of another backup vault
  APPLICATIONINSIGHTS_CONNECTION_STRING   connection string of a real Application Insights
  VALERIX_FUNC                    path of Core Tools' func, to run the Function Apps instead of local/functions-host

VALERIX_DEV_SITES=1 means --dev-sites. Every other variable is handed on to the apps, so GREMLIN_MODE=true npm start works.
`;

export interface Options {
  readonly portBase: number | undefined;
  /** Absolute path of the data directory. */
  readonly home: string;
  readonly fresh: boolean;
  readonly emulatorsOnly: boolean;
  readonly devSites: boolean;
  readonly without: ReadonlySet<PartName>;
  readonly replaced: Replacements;
}

/** The stand-ins that the caller replaces by the real thing. */
export interface Replacements {
  readonly postgresUrl: string | undefined;
  readonly serviceBus: string | undefined;
  readonly storage: string | undefined;
  readonly insights: string | undefined;
  readonly vaultUrl: string | undefined;
  readonly webPubSub: string | undefined;
  readonly func: string | undefined;
}

const variable = z.preprocess((value) => (value === '' ? undefined : value), z.string().optional());
const HIGHEST_BASE = 65_536 - PORT_COUNT;
const portRule = `--port-base needs a whole number from 1024 to ${HIGHEST_BASE}: ${PORT_COUNT} ports are counted up from it.`;

const schema = z.object({
  portBase: z.coerce.number(portRule).int(portRule).min(1_024, portRule).max(HIGHEST_BASE, portRule).optional(),
  home: z.string().min(1, '--home needs a directory.'),
  fresh: z.boolean(),
  emulatorsOnly: z.boolean(),
  devSites: variable.pipe(z.stringbool('VALERIX_DEV_SITES must be true or false.').default(false)),
  without: z.array(z.enum(PART_NAMES, `--without needs one of ${PART_NAMES.join(', ')}.`)),
  replaced: z.object({
    postgresUrl: variable.refine(
      (url) => url === undefined || (URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol)),
      'VALERIX_POSTGRES_URL must look like postgresql://admin:password@host:5432/postgres.',
    ),
    serviceBus: variable.refine(
      (text) => text?.includes('Endpoint=sb://') ?? true,
      'VALERIX_SERVICEBUS_CONNECTION must be a connection string that begins with Endpoint=sb://.',
    ),
    storage: variable,
    insights: variable,
    vaultUrl: variable.refine(
      (url) => url === undefined || (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)),
      'BACKUP_VAULT_URL must be an http:// or https:// URL.',
    ),
    webPubSub: variable.refine(
      (text) => text === undefined || /Endpoint=https?:\/\/.*AccessKey=/i.test(text),
      'VALERIX_WEBPUBSUB_CONNECTION must look like Endpoint=https://...;AccessKey=...;Version=1.0;',
    ),
    func: variable,
  }),
});

/**
 * Reads the arguments and the variables the supervisor itself obeys.
 * Returns undefined when only the usage was asked for; throws `StartRefused` that lists every fault.
 */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Options | undefined {
  const given = readArguments(args);
  if (given.help) return undefined;
  const parsed = schema.safeParse({
    portBase: given['port-base'],
    home: given.home ?? (env.VALERIX_HOME || '.valerix'),
    fresh: given.fresh ?? false,
    emulatorsOnly: given['emulators-only'] ?? false,
    devSites: given['dev-sites'] ? 'true' : env.VALERIX_DEV_SITES,
    without: given.without ?? [],
    replaced: {
      postgresUrl: env.VALERIX_POSTGRES_URL,
      serviceBus: env.VALERIX_SERVICEBUS_CONNECTION,
      storage: env.VALERIX_STORAGE_CONNECTION,
      insights: env.APPLICATIONINSIGHTS_CONNECTION_STRING,
      vaultUrl: env.BACKUP_VAULT_URL,
      webPubSub: env.VALERIX_WEBPUBSUB_CONNECTION,
      func: env.VALERIX_FUNC,
    },
  });
  if (!parsed.success) {
    throw new StartRefused([...new Set(parsed.error.issues.map((issue) => issue.message))].join('\n'));
  }
  const { portBase, home, fresh, emulatorsOnly, devSites, without, replaced } = parsed.data;
  return {
    portBase,
    home: resolve(cwd, home),
    fresh,
    emulatorsOnly,
    devSites,
    without: new Set(without),
    replaced: {
      postgresUrl: replaced.postgresUrl,
      serviceBus: replaced.serviceBus,
      storage: replaced.storage,
      insights: replaced.insights,
      vaultUrl: replaced.vaultUrl,
      webPubSub: replaced.webPubSub,
      func: replaced.func,
    },
  };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'port-base': { type: 'string' },
        home: { type: 'string' },
        fresh: { type: 'boolean' },
        'emulators-only': { type: 'boolean' },
        'dev-sites': { type: 'boolean' },
        without: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (cause) {
    throw new StartRefused(`${cause instanceof Error ? cause.message : String(cause)}\n\n${USAGE}`, { cause });
  }
}
