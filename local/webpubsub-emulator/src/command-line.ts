import { parseArgs } from 'node:util';
import { DEFAULT_LIMITS } from './limits.ts';

export const HELP = `Azure Web PubSub on this machine: REST and WebSocket on one port.

  valerix-webpubsub-emulator [options]

  --port N              port; 0 takes a free one (default 8085)
  --host HOST           address to listen on (default 127.0.0.1, and ::1 with it)
  --access-key KEY      signs and checks all tokens; at least 32 characters. Rather set
                        WEBPUBSUB_ACCESS_KEY, which other users of the machine cannot see.
                        Without either, one is made and shown.
  --max-connections N   clients at the same time (default ${DEFAULT_LIMITS.maxConnections})
  --help                this text`;

export interface CommandLine {
  readonly port: number;
  readonly host: string;
  /** Undefined: make one, and show it. */
  readonly accessKey: string | undefined;
  readonly maxConnections: number;
}

/** Throws Error with a message for the user. */
export function readCommandLine(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): CommandLine | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8085' },
      host: { type: 'string', default: '127.0.0.1' },
      'access-key': { type: 'string' },
      'max-connections': { type: 'string', default: String(DEFAULT_LIMITS.maxConnections) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    port: toNumber('--port', values.port, 0, 65_535),
    host: values.host,
    accessKey: values['access-key'] ?? (environment.WEBPUBSUB_ACCESS_KEY || undefined),
    maxConnections: toNumber('--max-connections', values['max-connections'], 1, 100_000),
  };
}

function toNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= min && value <= max) return value;
  throw new Error(`${option} must be a number from ${min} to ${max}, not '${text}'.`);
}
