import { z } from 'zod';
import { type ResourceManager, ResourceManagerError } from './resource-manager.ts';

const API_VERSION = '2025-01-01';
const app = z.object({
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.object({ template: z.object({ containers: z.array(z.object({ image: z.string() })).min(1) }) }),
});
const apps = z.object({ value: z.array(app) });

/** The image that a service's container runs now; undefined before its first deployment. */
export async function findDeployedImage(call: ResourceManager, service: string): Promise<string | undefined> {
  const answer = await call({
    method: 'GET',
    path: '/providers/Microsoft.App/containerApps',
    apiVersion: API_VERSION,
  }).catch((error: unknown) => {
    // Nothing is there yet.
    if (error instanceof ResourceManagerError && error.status === 404) return { body: { value: [] } };
    throw error;
  });
  const found = apps.parse(answer.body).value.find(({ tags }) => tags?.['azd-service-name'] === service);
  const image = found?.properties.template.containers[0]?.image;
  // What azd builds is in the registry of the deployment; anything else stood in for it.
  return image !== undefined && /^[a-z0-9]+\.azurecr\.[a-z.]+\//.test(image) ? image : undefined;
}
