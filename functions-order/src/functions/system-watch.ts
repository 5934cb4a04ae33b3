import type { OrderService } from '../composition.ts';

/**
 * Wakes an idle app to look at its dependencies and at the alerts. Awake, it looks every second by itself; every 10 s is
 * three times within the 30 s after which a service that does not report is taken for dead.
 */
export function systemWatch({ triggers, watch }: OrderService): void {
  triggers.timer('system-watch', { schedule: '*/10 * * * * *', handler: watch.look });
}
