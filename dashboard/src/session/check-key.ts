import { alertsReport } from '@valerix/contracts/alerts-api';
import { orderPage } from '@valerix/contracts/order-api';
import type { SiteConfig } from '@valerix/contracts/site-config';
import { type Caller, CallFailed, makeCaller, messageOf } from '../live/service-calls.ts';

export type KeyCheck = { kind: 'accepted' } | { kind: 'refused' } | { kind: 'undecided'; message: string };

/** A header cannot carry other characters, and no key has them. */
const writable = /^[\x21-\x7e]{1,200}$/;

/** Both services must know the key; one that does not answer leaves the decision to the other. */
export async function checkKey(config: SiteConfig, operatorKey: string): Promise<KeyCheck> {
  if (!writable.test(operatorKey)) return { kind: 'refused' };
  return decide(makeCaller({ config, operatorKey }));
}

async function decide(call: Caller): Promise<KeyCheck> {
  const answers = await Promise.allSettled([
    call({ service: 'inventory', path: '/api/ops/alerts', schema: alertsReport }),
    call({ service: 'order', path: '/api/orders?limit=1', schema: orderPage }),
  ]);
  const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  if (failures.some((failure) => failure instanceof CallFailed && failure.status === 401)) return { kind: 'refused' };
  if (failures.length < answers.length) return { kind: 'accepted' };
  return { kind: 'undecided', message: failures.map(messageOf).join(' ') };
}
