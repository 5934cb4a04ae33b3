import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { StartupError } from './startup-error.ts';

export const USAGE = `Usage: node main.ts --app DIR [options]

  --app DIR          the built function app: its package.json, host.json and code
  --port N           port to listen on (default: Host.LocalHttpPort of local.settings.json, else 7071; 0 = any free port)
  --host ADDRESS     address to bind (default 127.0.0.1)
  --keys FILE        JSON with masterKey and functionKeys (or environment variable FUNCTIONS_KEYS_FILE)
  --settings FILE    settings file (default: local.settings.json in the app)
  --state DIR        where timers remember when they ran (default: .functions in the app)
  --cors ORIGINS     origins browsers may call from, separated by commas (* for any)
  --cors-credentials allow cookies and credentials from those origins
  --watch            restart whenever the app is rebuilt
`;

const schema = z.object({
  app: z.string('--app DIR is required: it names the built function app'),
  port: z.coerce.number('--port needs a number').int().min(0).max(65_535).optional(),
  host: z.string().optional(),
  keys: z.string().optional(),
  settings: z.string().optional(),
  state: z.string().optional(),
  cors: z.string().optional(),
  'cors-credentials': z.boolean().default(false),
  watch: z.boolean().default(false),
  help: z.boolean().default(false),
});

export interface CommandLine {
  appDirectory: string;
  port: number | undefined;
  host: string | undefined;
  keysFile: string | undefined;
  settingsFile: string | undefined;
  stateDirectory: string;
  cors: string[] | undefined;
  corsCredentials: boolean;
  watch: boolean;
}

/**
 * Reads the arguments; paths become absolute before the host changes into the app's directory.
 * @returns undefined when only the usage was asked for.
 * @throws StartupError naming what is wrong.
 */
export function parseCommandLine(args: string[], env: NodeJS.ProcessEnv): CommandLine | undefined {
  const text = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  let values: unknown;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        app: text,
        port: text,
        host: text,
        keys: text,
        settings: text,
        state: text,
        cors: text,
        'cors-credentials': boolean,
        watch: boolean,
        help: boolean,
      },
    }));
  } catch (cause) {
    throw new StartupError(`${cause instanceof Error ? cause.message : String(cause)}\n\n${USAGE}`, { cause });
  }
  if (typeof values === 'object' && values !== null && 'help' in values) return undefined;
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    throw new StartupError(`${parsed.error.issues.map((issue) => issue.message).join('\n')}\n\n${USAGE}`);
  }
  const given = parsed.data;
  const appDirectory = path.resolve(given.app);
  const absolute = (file: string | undefined) => (file === undefined ? undefined : path.resolve(file));
  return {
    appDirectory,
    port: given.port,
    host: given.host,
    keysFile: absolute(given.keys ?? env.FUNCTIONS_KEYS_FILE),
    settingsFile: absolute(given.settings),
    stateDirectory: absolute(given.state) ?? path.join(appDirectory, '.functions'),
    cors: given.cors
      ?.split(',')
      .map((origin) => origin.trim())
      .filter(Boolean),
    corsCredentials: given['cors-credentials'],
    watch: given.watch,
  };
}
