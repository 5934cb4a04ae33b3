/** `npm run smoke`: whether a running system does what it is for, wherever it runs. */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readEndpoints } from '../../local/endpoints.ts';
import { type SmokePlaces, smokeTest } from './smoke-test.ts';

const USAGE = `Usage: npm run smoke -- [options]

  --order-url U --inventory-url U --storefront-url U --dashboard-url U
                    a system elsewhere, such as one on Azure
  --home DIR        otherwise the data directory of the system on this machine (default: VALERIX_HOME, else .valerix)
  --start-seconds N how long it may take to become healthy (default 300)`;

async function readPlaces(): Promise<{ places: SmokePlaces; startMs: number }> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      'order-url': text,
      'inventory-url': text,
      'storefront-url': text,
      'dashboard-url': text,
      home: text,
      'start-seconds': { type: 'string', default: '300' },
    },
  });
  const startMs = Number(values['start-seconds']) * 1_000;
  const urls = [values['order-url'], values['inventory-url'], values['storefront-url'], values['dashboard-url']];
  const given = urls.filter((url) => url !== undefined).map((url) => new URL(url).origin);
  const [orderUrl = '', inventoryUrl = '', storefrontUrl = '', dashboardUrl = ''] = given;
  if (given.length === urls.length) return { places: { orderUrl, inventoryUrl, storefrontUrl, dashboardUrl }, startMs };
  if (given.length > 0) throw new Error(`All four addresses are needed.\n\n${USAGE}`);
  const { order, inventory, storefront, dashboard } = await readEndpoints(
    values.home ?? (process.env.VALERIX_HOME || '.valerix'),
  );
  if (storefront === null || dashboard === null) throw new Error('The system runs without its sites.');
  const places = { orderUrl: order, inventoryUrl: inventory, storefrontUrl: storefront, dashboardUrl: dashboard };
  return { places, startMs };
}

try {
  const { places, startMs } = await readPlaces();
  await smokeTest(places, {
    startMs,
    // The sweep asks again after 15 s and 60 s: what takes longer will not be confirmed by itself soon.
    orderMs: 90_000,
    say: (what) => console.log(`  ${what}`),
    now: Date.now,
    pause: (ms) => delay(ms),
  });
  console.log('It works.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
