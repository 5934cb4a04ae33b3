import { once } from 'node:events';
import { createServer } from 'node:net';
import { PORT_COUNT } from '../../local/ports.ts';

const FIRST = 20_000;
const ROWS = 250;
const ROW = 50;

/**
 * The first of a row of free ports, as long as the port plan; no other process is given one of them while this one lives.
 * All are below those that the kernel gives to outgoing connections, one of which could take the port of a process while
 * it is being restarted.
 */
export async function freePortBase(): Promise<number> {
  for (;;) {
    const base = FIRST + Math.floor(Math.random() * ROWS) * ROW;
    // Between the look and the use of a port another test could find it free as well: the last port of a row, which
    // nothing else uses, is held by who may use the row.
    const claim = await listen(base + ROW - 1);
    if (claim === undefined) continue;
    claim.unref();
    const row = Array.from({ length: PORT_COUNT }, (_, offset) => base + offset);
    if ((await Promise.all(row.map(isFree))).every(Boolean)) return base;
    claim.close();
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = await listen(port);
  if (probe === undefined) return false;
  await once(probe.close(), 'close');
  return true;
}

/** Undefined when somebody listens there already. */
async function listen(port: number) {
  const server = createServer((stranger) => stranger.destroy());
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return server;
  } catch {
    return undefined;
  }
}
