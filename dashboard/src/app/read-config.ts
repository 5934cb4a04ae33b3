import { type SiteConfig, siteConfig } from '@valerix/contracts/site-config';

export type ConfigOutcome = { kind: 'read'; config: SiteConfig } | { kind: 'failed'; message: string };

/** Whoever serves the site says in `/config.json` where the services are. */
export async function readConfig(): Promise<ConfigOutcome> {
  try {
    const response = await fetch('/config.json', { cache: 'no-store' });
    if (!response.ok) return { kind: 'failed', message: `The site answered ${response.status} for /config.json.` };
    const parsed = siteConfig.safeParse(await response.json());
    if (parsed.success) return { kind: 'read', config: parsed.data };
    return { kind: 'failed', message: '/config.json does not name orderUrl and inventoryUrl.' };
  } catch {
    return { kind: 'failed', message: '/config.json could not be read.' };
  }
}
