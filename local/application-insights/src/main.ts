#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { startIngestionServer } from './server.ts';
import { openTelemetryStore } from './telemetry-store.ts';

const HELP = `The ingestion endpoint of Application Insights on this machine.

  main.ts --data DIR [--port N] [--host HOST]

  --data DIR    where telemetry is kept (required)
  --port N      0 takes a free one (default 7074)
  --host HOST   default 127.0.0.1`;

try {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      port: { type: 'string', default: '7074' },
      host: { type: 'string', default: '127.0.0.1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
  } else {
    if (values.data === undefined) throw new Error('--data DIR is missing. See --help.');
    const server = await startIngestionServer(values.host, Number(values.port), openTelemetryStore(values.data));
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => void server.stop().then(() => process.exit(0)));
    }
    console.log(`listening on http://${values.host}:${server.port}`);
  }
} catch (error) {
  console.error(`application-insights: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
