import { parseArgs } from 'node:util';

export interface CommandLine {
  readonly site: string;
  readonly host: string;
  readonly port: number;
  readonly config: unknown;
  readonly connectSrc: string;
}

/** Throws Error with a message for the user. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      site: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '8080' },
      config: { type: 'string', default: '{}' },
      'connect-src': { type: 'string', default: '' },
    },
  });
  const port = Number(values.port);
  if (values.site === undefined) throw new Error('--site DIRECTORY is missing.');
  if (!/^\d+$/.test(values.port) || port > 65_535) throw new Error(`--port must be a port, not '${values.port}'.`);
  let config: unknown;
  try {
    config = JSON.parse(values.config);
  } catch (cause) {
    throw new Error('--config must be JSON.', { cause });
  }
  return { site: values.site, host: values.host, port, config, connectSrc: values['connect-src'] };
}
