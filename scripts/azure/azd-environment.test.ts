import { expect, test } from 'vitest';
import { readOutputs } from './azd-environment.ts';

test('what is missing or wrong is named, all of it at once', () => {
  const env = { ORDER_URL: 'http://insecure.example', WEB_PUBSUB_HOST: 'wps.example; script-src *' };
  const read = () => readOutputs(env, 'ORDER_URL', 'INVENTORY_URL', 'WEB_PUBSUB_HOST', 'AZURE_RESOURCE_GROUP');
  expect(read).toThrow('ORDER_URL must be an https URL');
  expect(read).toThrow('INVENTORY_URL must be an https URL');
  expect(read).toThrow('WEB_PUBSUB_HOST must be a host name');
  expect(read).toThrow('AZURE_RESOURCE_GROUP is missing');
});

test('an address is read as its origin', () => {
  expect(readOutputs({ ORDER_URL: 'https://orders.example/' }, 'ORDER_URL')).toEqual({
    ORDER_URL: 'https://orders.example',
  });
});
