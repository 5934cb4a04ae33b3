import type { Endpoints } from '../../local/endpoints.ts';
import { startGrpcHost } from './grpc-host.ts';
import { makeShop } from './shop.ts';
import { until } from './until.ts';

/** The Order service's metric: `0` closed, `1` open, `2` half-open. */
export async function breakerState({ order }: Endpoints): Promise<string | undefined> {
  const metrics = await (await fetch(`${order}/metrics`)).text();
  return /^circuit_breaker_state\S* (\d)/m.exec(metrics)?.[1];
}

/** The breaker remembers the faults of a test for the next one: orders at a healthy warehouse close it. */
export async function closeBreaker(endpoints: Endpoints): Promise<void> {
  const shop = makeShop(endpoints);
  const host = await startGrpcHost(endpoints);
  const closes = async () => {
    await shop.order({ productId: 'espresso-beans-1kg', quantity: 1 });
    return (await breakerState(endpoints)) === '0';
  };
  await until('the breaker to be closed', closes, { timeoutMs: 40_000, everyMs: 500 }).finally(() => host.stop());
}
