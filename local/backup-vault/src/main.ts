#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { startVaultServer } from './server.ts';

const HELP = `A backup vault on this machine that takes one call a UTC day.

  main.ts --data DIR [--port N] [--host HOST] [--keep-days N]

  --data DIR      where archives and the count of calls are kept (required)
  --port N        0 takes a free one (default 7075)
  --host HOST     default 127.0.0.1
  --keep-days N   archives older than that are removed at a start (default 400)`;

try {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      port: { type: 'string', default: '7075' },
      host: { type: 'string', default: '127.0.0.1' },
      'keep-days': { type: 'string', default: '400' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
  } else {
    if (values.data === undefined) throw new Error('--data DIR is missing. See --help.');
    const keepDays = Number(values['keep-days']);
    if (!Number.isSafeInteger(keepDays) || keepDays < 1) throw new Error('--keep-days needs a whole number from 1.');
    const { data, host } = values;
    const server = await startVaultServer({ host, port: Number(values.port), data, keepDays });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => void server.stop().then(() => process.exit(0)));
    }
    console.log(`listening on http://${host}:${server.port}`);
  }
} catch (error) {
  console.error(`backup-vault: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
