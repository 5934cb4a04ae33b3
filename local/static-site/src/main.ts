import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { readCommandLine } from './command-line.ts';
import { makeSiteServer } from './site-server.ts';

/** Serves a built site until SIGTERM; exit code 1 with one message where it cannot. */
try {
  const { site, host, port, config, connectSrc } = readCommandLine(process.argv.slice(2));
  const server = await makeSiteServer({ directory: site, config, connectSrc });
  await once(server.listen(port, host), 'listening');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
  console.log(`listening on http://${host}:${(server.address() as AddressInfo).port}`);
} catch (error) {
  console.error(`static-site: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
