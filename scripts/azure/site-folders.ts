import { join } from 'node:path';

const SITES = ['web', 'dashboard'];

export interface SiteFolders {
  readonly name: string;
  /** What the build made. */
  readonly built: string;
  /** What azd deploys: `dist` of the service in azure.yaml. */
  readonly deployed: string;
}

/** Throws when there is no such site. */
export function siteFolders(name: string | undefined): SiteFolders {
  if (name === undefined || !SITES.includes(name)) throw new Error(`Which site? One of ${SITES.join(', ')}.`);
  const folder = join(import.meta.dirname, '../..', name);
  return { name, built: join(folder, 'dist'), deployed: join(folder, 'dist.azure') };
}
