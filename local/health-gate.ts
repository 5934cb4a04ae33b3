import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const SECOND = 1_000;
const CHECK_TIMEOUT_MS = 2 * SECOND;
// Often at first, so that a restart is seen at once; then rarely, so that a slow start keeps the processor.
const EAGER_FOR_MS = 5 * SECOND;
const EAGER_INTERVAL_MS = 50;
const PATIENT_INTERVAL_MS = 250;

/** Resolves to true once `isHealthy` says so, to false when `signal` aborts before. */
export async function waitUntilHealthy(isHealthy: () => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  const begun = performance.now();
  while (!signal.aborted) {
    if (await isHealthy()) return !signal.aborted;
    const interval = performance.now() - begun < EAGER_FOR_MS ? EAGER_INTERVAL_MS : PATIENT_INTERVAL_MS;
    await sleep(interval, undefined, { signal }).catch(() => {});
  }
  return false;
}

/** True when a GET of `url` answers one of the statuses. */
export async function answers(url: string, statuses: readonly number[] = [200]): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(CHECK_TIMEOUT_MS), redirect: 'manual' });
    await response.body?.cancel();
    return statuses.includes(response.status);
  } catch {
    return false;
  }
}

/** True when something accepts connections on the port of this machine. */
export function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: CHECK_TIMEOUT_MS });
    const settle = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}
