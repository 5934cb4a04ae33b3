import { expect, test } from 'vitest';
import { ConfigError, parseConfig } from '../config.ts';
import {
  optionalStorageConnection,
  serviceBusConnection,
  storageConnection,
  webPubSubConnection,
} from './connection-settings.ts';

type Environment = Readonly<Record<string, string>>;

const readAll = (env: Environment) =>
  parseConfig(
    {
      ServiceBusConnection: serviceBusConnection(env),
      StorageConnection: storageConnection(env, ['blobServiceUri', 'tableServiceUri']),
      WebPubSubConnectionString: webPubSubConnection(env),
      BackupCopyConnection: optionalStorageConnection(env, ['blobServiceUri'], 'BackupCopyConnection'),
    },
    env,
  );

const keys = {
  ServiceBusConnection: 'Endpoint=sb://bus;SharedAccessKey=x',
  StorageConnection: 'UseDevelopmentStorage=true',
  WebPubSubConnectionString: 'Endpoint=https://shop.webpubsub.azure.com;AccessKey=secret;Version=1.0;',
};
const places = {
  ServiceBusConnection__fullyQualifiedNamespace: 'shop.servicebus.windows.net',
  StorageConnection__blobServiceUri: 'https://shop.blob.core.windows.net',
  StorageConnection__tableServiceUri: 'https://shop.table.core.windows.net/',
  WebPubSubConnectionString__serviceUri: 'https://shop.webpubsub.azure.com',
};
/** What the Functions host reads beside, and we do not. */
const forTheHost = {
  ServiceBusConnection__credential: 'managedidentity',
  ServiceBusConnection__clientId: '00000000-0000-0000-0000-000000000000',
};

test('each connection is given by a connection string', () => {
  expect(readAll(keys)).toEqual({
    ServiceBusConnection: { connectionString: keys.ServiceBusConnection },
    StorageConnection: { connectionString: keys.StorageConnection },
    WebPubSubConnectionString: { connectionString: keys.WebPubSubConnectionString },
    BackupCopyConnection: undefined,
  });
});

test('or each by the address of its service, to be opened with an identity; blank means unset', () => {
  const blank = { ServiceBusConnection: '', StorageConnection: ' ' };
  expect(readAll({ ...blank, ...places, ...forTheHost })).toEqual({
    ServiceBusConnection: { fullyQualifiedNamespace: 'shop.servicebus.windows.net' },
    StorageConnection: {
      blobServiceUri: 'https://shop.blob.core.windows.net',
      tableServiceUri: 'https://shop.table.core.windows.net/',
    },
    WebPubSubConnectionString: { serviceUri: 'https://shop.webpubsub.azure.com' },
    BackupCopyConnection: undefined,
  });
});

test('a connection in neither form is a fault that names both', () => {
  expect(() => readAll({})).toThrow(
    [
      'The configuration cannot be used:',
      '  ServiceBusConnection is required: a connection string, or else ServiceBusConnection__fullyQualifiedNamespace, to be opened with an identity',
      '  StorageConnection is required: a connection string, or else StorageConnection__blobServiceUri and StorageConnection__tableServiceUri, to be opened with an identity',
      '  WebPubSubConnectionString is required: a connection string, or else WebPubSubConnectionString__serviceUri, to be opened with an identity',
    ].join('\n'),
  );
});

test('a connection in both forms is a fault that shows no key', () => {
  const read = () => readAll({ ...keys, ...places });
  expect(read).toThrow(
    'ServiceBusConnection and ServiceBusConnection__fullyQualifiedNamespace are two ways to the same service: one must go',
  );
  expect(read).toThrow('WebPubSubConnectionString and WebPubSubConnectionString__serviceUri are two ways');
  expect(read).not.toThrow(/SharedAccessKey|secret/);
});

test('an account whose tables are known and whose blobs are wanted too lacks a part', () => {
  const { StorageConnection__blobServiceUri: _, ...rest } = places;
  expect(() => readAll(rest)).toThrow('StorageConnection lacks a part: StorageConnection__blobServiceUri is required');
});

test.each([
  [{ StorageConnection__tableServiceUri: 'http://127.0.0.1:10002/devstoreaccount1' }, 'must be an https:// URL'],
  [{ WebPubSubConnectionString__serviceUri: 'shop.webpubsub.azure.com' }, 'must be an https:// URL'],
  [{ ServiceBusConnection__fullyQualifiedNamespace: 'sb://shop.servicebus.windows.net' }, 'must be a host name'],
])('an identity is not sent to %o', (wrong, complaint) => {
  expect(() => readAll({ ...places, ...wrong })).toThrow(complaint);
});

test.each(['somewhere', 'Endpoint=https://shop.example;', 'Endpoint=nowhere;AccessKey=secret'])(
  'Web PubSub cannot be used with the connection string "%s"',
  (WebPubSubConnectionString) => {
    const read = () => readAll({ ...keys, WebPubSubConnectionString });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow('WebPubSubConnectionString must look like Endpoint=');
  },
);

test('a second account may be left out, and is otherwise read like the first', () => {
  const copies = { BackupCopyConnection__blobServiceUri: 'https://copies.blob.core.windows.net' };
  expect(readAll({ ...keys, ...copies }).BackupCopyConnection).toEqual({
    blobServiceUri: 'https://copies.blob.core.windows.net',
  });
  expect(() => readAll({ ...keys, ...copies, BackupCopyConnection: 'UseDevelopmentStorage=true' })).toThrow('two ways');
});
