import { z } from 'zod';

const origin = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

/** `/config.json` of both sites, written by whoever serves or deploys them: where the two services answer. */
export const siteConfig = z.object({ orderUrl: origin, inventoryUrl: origin });
export type SiteConfig = z.infer<typeof siteConfig>;
