import { z } from 'zod';
import { type ResourceManager, ResourceManagerError } from './resource-manager.ts';

const API_VERSION = '2024-11-01';
/** The name of the host key that both Function Apps are given. */
export const KEY_NAME = 'operator';
const keys = z.object({ functionKeys: z.record(z.string(), z.string()).nullish() });
/** A Function App that has just been deployed starts before it can answer for its keys. */
const START_TRIES = 12;
const START_PAUSE_MS = 10_000;

interface Source {
  /** A new key, impossible to guess. */
  newKey(): string;
  pause(ms: number): Promise<void>;
}

/**
 * One operator key for both services, as the dashboard signs in to both with one. A key that is there is kept, so that
 * another deployment locks nobody out; where the two differ, the first one's counts. Answers the key.
 */
export async function ensureOperatorKey(
  call: ResourceManager,
  apps: readonly [string, ...string[]],
  source: Source,
): Promise<string> {
  const present = await Promise.all(apps.map((app) => readKey(call, app, source)));
  const key = present.find((each) => each !== undefined) ?? source.newKey();
  for (const [index, app] of apps.entries()) {
    if (present[index] === key) continue;
    await call({
      method: 'PUT',
      path: `${hostOf(app)}/functionKeys/${KEY_NAME}`,
      apiVersion: API_VERSION,
      body: { properties: { name: KEY_NAME, value: key } },
    });
  }
  return key;
}

async function readKey(call: ResourceManager, app: string, { pause }: Source): Promise<string | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      const { body } = await call({ method: 'POST', path: `${hostOf(app)}/listKeys`, apiVersion: API_VERSION });
      return keys.parse(body).functionKeys?.[KEY_NAME];
    } catch (error) {
      if (!(error instanceof ResourceManagerError) || error.status !== 400 || tries === START_TRIES) throw error;
      await pause(START_PAUSE_MS);
    }
  }
}

const hostOf = (app: string) => `/providers/Microsoft.Web/sites/${app}/host/default`;
