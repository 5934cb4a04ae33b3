/** After azd deployed everything: gives both services one operator key, and says where everything is. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { readAzdToken } from '../azd.ts';
import { readOutputs } from '../azd-environment.ts';
import { ensureOperatorKey, KEY_NAME } from '../operator-key.ts';
import { makeResourceManager } from '../resource-manager.ts';

const outputs = readOutputs(
  process.env,
  'AZURE_SUBSCRIPTION_ID',
  'AZURE_RESOURCE_GROUP',
  'FUNCTIONS_ORDER_NAME',
  'FUNCTIONS_INVENTORY_NAME',
  'ORDER_URL',
  'INVENTORY_URL',
  'STOREFRONT_URL',
  'DASHBOARD_URL',
);
const pause = (ms: number) => delay(ms);
const call = makeResourceManager({
  subscriptionId: outputs.AZURE_SUBSCRIPTION_ID,
  resourceGroup: outputs.AZURE_RESOURCE_GROUP,
  token: readAzdToken,
  pause,
});
// The key itself is not printed: this is read in the logs of pipelines.
await ensureOperatorKey(call, [outputs.FUNCTIONS_ORDER_NAME, outputs.FUNCTIONS_INVENTORY_NAME], {
  newKey: () => randomBytes(32).toString('base64url'),
  pause,
});
console.log(`
  Storefront         ${outputs.STOREFRONT_URL}
  Dashboard          ${outputs.DASHBOARD_URL}
  Order service      ${outputs.ORDER_URL}/health
  Inventory service  ${outputs.INVENTORY_URL}/health

The operator key, which the dashboard asks for:
  az functionapp keys list --name ${outputs.FUNCTIONS_ORDER_NAME} --resource-group ${outputs.AZURE_RESOURCE_GROUP} --query functionKeys.${KEY_NAME} --output tsv
`);
