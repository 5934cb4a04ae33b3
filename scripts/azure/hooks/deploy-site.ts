/** Before azd deploys a site: tells the copy that is deployed where the services are. */
import { readOutputs } from '../azd-environment.ts';
import { copySite, fillSite } from '../fill-site.ts';
import { siteFolders } from '../site-folders.ts';

const { name, built, deployed } = siteFolders(process.argv[2]);
const outputs = readOutputs(process.env, 'ORDER_URL', 'INVENTORY_URL', 'WEB_PUBSUB_HOST');
// Afresh: an earlier deployment may have filled this copy with other places.
await copySite(built, deployed);
await fillSite(deployed, {
  orderUrl: outputs.ORDER_URL,
  inventoryUrl: outputs.INVENTORY_URL,
  webPubSubHost: outputs.WEB_PUBSUB_HOST,
});
console.log(`${name} will find the services at ${outputs.ORDER_URL} and ${outputs.INVENTORY_URL}.`);
