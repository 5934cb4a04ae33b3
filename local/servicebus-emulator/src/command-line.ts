import { parseArgs } from 'node:util';
import type { SyncMode } from './journal.ts';

export const HELP = `An Azure Service Bus broker over AMQP 1.0 on this machine.

  valerix-servicebus-emulator --config FILE [options]

  --config FILE       Config.json in the official emulator's format (required)
  --port N            AMQP port; 0 takes a free one (default 5672)
  --admin-port N      HTTP port for GET /health, GET /entities and POST /purge (default 5300)
  --host HOST         address to listen on (default 127.0.0.1, and ::1 with it)
  --data DIR          where messages are kept; without it they live in memory
  --sync MODE         none: keep nothing; write: survive a killed process (default);
                      fsync: survive a power failure too
  --help              this text`;

export interface CommandLine {
  readonly config: string;
  readonly port: number;
  readonly adminPort: number;
  readonly host: string;
  readonly dataDir: string | undefined;
  readonly sync: SyncMode;
}

const SYNC_MODES: readonly SyncMode[] = ['none', 'write', 'fsync'];

/** Throws Error with a message for the user. */
export function readCommandLine(args: readonly string[]): CommandLine | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      port: { type: 'string', default: '5672' },
      'admin-port': { type: 'string', default: '5300' },
      host: { type: 'string', default: '127.0.0.1' },
      data: { type: 'string' },
      sync: { type: 'string', default: 'write' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.config === undefined) throw new Error('--config FILE is missing. See --help.');
  const sync = SYNC_MODES.find((mode) => mode === values.sync);
  if (!sync) throw new Error(`--sync must be none, write or fsync, not '${values.sync}'.`);
  return {
    config: values.config,
    port: toPort('--port', values.port),
    adminPort: toPort('--admin-port', values['admin-port']),
    host: values.host,
    dataDir: values.data,
    sync,
  };
}

function toPort(option: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new Error(`${option} must be a port from 0 to 65535, not '${text}'.`);
  return port;
}
