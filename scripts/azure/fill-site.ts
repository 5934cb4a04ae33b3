import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { siteConfig } from '@valerix/contracts/site-config';

const PLACEHOLDER = '{{connect-src}}';

export interface SitePlaces {
  readonly orderUrl: string;
  readonly inventoryUrl: string;
  readonly webPubSubHost: string;
}

/** Copies a built site to where azd takes it from. The build itself stays as it is, to be deployed anywhere else. */
export async function copySite(built: string, deployed: string): Promise<void> {
  await mkdir(deployed, { recursive: true });
  // The folder itself stays: azd may be holding on to it.
  for (const name of await readdir(deployed)) await rm(join(deployed, name), { recursive: true });
  await cp(built, deployed, { recursive: true });
}

/**
 * Tells a copied site where the services are: writes its `config.json`, and names the only places its pages may connect
 * to in its `content-security-policy`. Throws when the site does not ask for them: it could connect nowhere.
 */
export async function fillSite(deployed: string, { orderUrl, inventoryUrl, webPubSubHost }: SitePlaces): Promise<void> {
  const config = siteConfig.parse({ orderUrl, inventoryUrl });
  const rules = join(deployed, 'staticwebapp.config.json');
  const text = await readFile(rules, 'utf8');
  if (!text.includes(PLACEHOLDER)) throw new Error(`${rules} has no ${PLACEHOLDER}.`);
  const origins = [config.orderUrl, config.inventoryUrl, `wss://${webPubSubHost}`].join(' ');
  await writeFile(rules, text.replaceAll(PLACEHOLDER, origins));
  await writeFile(join(deployed, 'config.json'), `${JSON.stringify(config)}\n`);
}
