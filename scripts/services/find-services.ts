import { readEndpoints } from '../../local/endpoints.ts';
import type { Service } from './call-service.ts';

/** The options that say which services are meant, for `parseArgs`. */
export const serviceOptions = {
  home: { type: 'string' },
  'order-url': { type: 'string' },
  'inventory-url': { type: 'string' },
  key: { type: 'string' },
} as const;

export const serviceUsage = `--home DIR         data directory of the running system (default: VALERIX_HOME, else .valerix)
  --order-url U, --inventory-url U, --key K
                     the services elsewhere, and their operator key (default of the key: VALERIX_OPERATOR_KEY)`;

/** Undefined where addresses are given without the key that they need. */
export async function findServices(
  given: Readonly<Partial<Record<keyof typeof serviceOptions, string>>>,
): Promise<Service[] | undefined> {
  const { 'order-url': order, 'inventory-url': inventory, key = process.env.VALERIX_OPERATOR_KEY } = given;
  if (order === undefined && inventory === undefined) {
    const running = await readEndpoints(given.home ?? (process.env.VALERIX_HOME || '.valerix'));
    const shared = { key: key ?? running.operatorKey };
    return [
      { name: 'order', url: running.order, ...shared },
      { name: 'inventory', url: running.inventory, ...shared },
    ];
  }
  if (!key) return undefined;
  return [
    ...(order === undefined ? [] : [{ name: 'order', url: order, key }]),
    ...(inventory === undefined ? [] : [{ name: 'inventory', url: inventory, key }]),
  ];
}
