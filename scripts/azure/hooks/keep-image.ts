/**
 * Before azd provisions: tells it which image the gRPC host runs, where it does not know. Its environment on another
 * machine, such as a fresh one of a pipeline, does not, and provisioning would put the placeholder in the image's place.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { readAzdToken, readAzdValue, writeAzdValue } from '../azd.ts';
import { findDeployedImage } from '../deployed-image.ts';
import { makeResourceManager } from '../resource-manager.ts';

const SERVICE = 'grpc-inventory-host';
const IMAGE = 'SERVICE_GRPC_INVENTORY_HOST_IMAGE_NAME';

const { AZURE_SUBSCRIPTION_ID: subscriptionId, AZURE_ENV_NAME: environment } = process.env;
// Before the very first deployment azd may not have asked for a subscription yet.
if (subscriptionId && environment && (await readAzdValue(IMAGE)) === undefined) {
  const call = makeResourceManager({
    subscriptionId,
    // As infra/main.bicep names it.
    resourceGroup: `rg-${environment}`,
    token: readAzdToken,
    pause: (ms) => delay(ms),
  });
  const image = await findDeployedImage(call, SERVICE);
  if (image !== undefined) {
    await writeAzdValue(IMAGE, image);
    console.log(`${SERVICE} keeps ${image}.`);
  }
}
