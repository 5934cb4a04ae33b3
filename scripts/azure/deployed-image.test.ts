import { expect, test } from 'vitest';
import { findDeployedImage } from './deployed-image.ts';
import { startResourceManager } from './resource-manager.fixture.ts';

const service = 'grpc-inventory-host';
const image = 'acrshop.azurecr.io/valerix/grpc-inventory-host-prod:azd-deploy-1';
const appWith = (of: string, its: string) => ({
  tags: { 'azd-service-name': of },
  properties: { template: { containers: [{ image: its }] } },
});

test('the image that is deployed is found by the service’s name', async () => {
  const value = [appWith('another', 'acrshop.azurecr.io/another:1'), appWith(service, image)];
  const { call, heard } = await startResourceManager(() => ({ body: { value } }));
  expect(await findDeployedImage(call, service)).toBe(image);
  expect(heard).toMatchObject([{ method: 'GET', path: '/providers/Microsoft.App/containerApps' }]);
});

test('what stands in before the first deployment is not kept', async () => {
  const value = [appWith(service, 'mcr.microsoft.com/dotnet/samples:aspnetapp')];
  const { call } = await startResourceManager(() => ({ body: { value } }));
  expect(await findDeployedImage(call, service)).toBeUndefined();
});

test('before anything is provisioned there is no image', async () => {
  const body = { error: { code: 'ResourceGroupNotFound', message: 'not found' } };
  const { call } = await startResourceManager(() => ({ status: 404, body }));
  expect(await findDeployedImage(call, service)).toBeUndefined();
});

test('a refusal is an error, and not a reason to fall back to the placeholder', async () => {
  const body = { error: { code: 'AuthorizationFailed', message: 'no' } };
  const { call } = await startResourceManager(() => ({ status: 403, body }));
  await expect(findDeployedImage(call, service)).rejects.toThrow('AuthorizationFailed');
});
