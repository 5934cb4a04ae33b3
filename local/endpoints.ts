import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Home, homeAt, writePrivately } from './home.ts';

const pid = z.number().int().positive();

const endpointsSchema = z.object({
  /** URLs; those of the sites are null where they are left out. */
  order: z.url(),
  inventory: z.url(),
  grpc: z.url(),
  grpcHealth: z.url(),
  storefront: z.url().nullable(),
  dashboard: z.url().nullable(),
  /** Null when a real namespace or the official emulator takes the place of ours. */
  serviceBusAdmin: z.url().nullable(),
  /** Null when a real Application Insights takes the place of ours. */
  insights: z.url().nullable(),
  backupVault: z.url(),
  /** Connection strings. */
  databases: z.object({ orders: z.string(), inventory: z.string() }),
  serviceBus: z.string(),
  webPubSub: z.string(),
  storage: z.string(),
  /** A second account, for copies of backups; null when a real account takes the place of ours. */
  copyStorage: z.string().nullable(),
  operatorKey: z.string(),
  processes: z.record(z.string(), pid),
  supervisor: pid,
});

/** What runs where, for tools and tests: the content of `endpoints.json`. */
export type Endpoints = z.infer<typeof endpointsSchema>;

/** Reads what runs where from a data directory; throws when nothing is running there. */
export async function readEndpoints(directory: string): Promise<Endpoints> {
  const file = homeAt(directory).endpoints;
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (cause) {
    throw new Error(`There is no ${file}: the system is not running, or not healthy yet. Start it with npm start.`, {
      cause,
    });
  }
  return endpointsSchema.parse(JSON.parse(content));
}

/** Tells tools and tests what runs where; whoever reads sees the old content or the new one, nothing between. */
export function writeEndpoints(home: Home, endpoints: Endpoints): void {
  writePrivately(home.endpoints, `${JSON.stringify(endpoints, null, 2)}\n`);
}

/** Nothing is running any more, or not yet. */
export function removeEndpoints(home: Home): void {
  rmSync(home.endpoints, { force: true });
}
