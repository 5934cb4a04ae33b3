import { z } from 'zod';

type Environment = Readonly<Record<string, string | undefined>>;

/** A connection whose key stands in its connection string. */
export interface KeyedConnection {
  readonly connectionString: string;
}

/** A Service Bus namespace, opened with a key or as the identity of this process. */
export type ServiceBusConnection = KeyedConnection | { readonly fullyQualifiedNamespace: string };

/** A storage account, opened with a key or as the identity of this process; with the latter, only the services asked for. */
export type StorageConnection = KeyedConnection | Partial<Record<StoragePart, string>>;

/** A Web PubSub service, opened with its key or as the identity of this process. */
export type WebPubSubConnection = KeyedConnection | { readonly serviceUri: string };

type StoragePart = 'blobServiceUri' | 'tableServiceUri';

/** Reads `ServiceBusConnection`, or `ServiceBusConnection__fullyQualifiedNamespace`. */
export const serviceBusConnection = (env: Environment, name = 'ServiceBusConnection') =>
  required<ServiceBusConnection>(env, name, { fullyQualifiedNamespace: hostName });

/** Reads `StorageConnection`, or `StorageConnection__blobServiceUri` and `__tableServiceUri`, whichever `parts` names. */
export const storageConnection = (env: Environment, parts: readonly StoragePart[], name = 'StorageConnection') =>
  required<StorageConnection>(env, name, Object.fromEntries(parts.map((part) => [part, httpsAddress])));

/** The same for an account that need not be there. */
export const optionalStorageConnection = (env: Environment, parts: readonly StoragePart[], name: string) =>
  optional<StorageConnection>(env, name, Object.fromEntries(parts.map((part) => [part, httpsAddress])));

/** Reads `WebPubSubConnectionString`, or `WebPubSubConnectionString__serviceUri`. */
export const webPubSubConnection = (env: Environment, name = 'WebPubSubConnectionString') =>
  required<WebPubSubConnection>(env, name, { serviceUri: httpsAddress }, pushConnectionString);

/** What a value must be, and how that is said. */
interface Demand {
  readonly fits: (value: string) => boolean;
  readonly words: string;
}

const anything: Demand = { fits: () => true, words: '' };
const hostName: Demand = {
  fits: (value) => /^[a-z0-9.-]+(:\d{1,5})?$/i.test(value),
  words: 'must be a host name, such as shop.servicebus.windows.net',
};
/** Never http: whoever reads a token on its way can use it. */
const httpsAddress: Demand = {
  fits: (value) => URL.canParse(value) && new URL(value).protocol === 'https:',
  words: 'must be an https:// URL',
};
const pushConnectionString: Demand = {
  fits: (value) =>
    URL.canParse(/(?:^|;)endpoint=([^;]+)/i.exec(value)?.[1] ?? '') && /(^|;)accesskey=[^;]/i.test(value),
  words: 'must look like Endpoint=https://...;AccessKey=...;Version=1.0;',
};

function required<T extends object>(
  env: Environment,
  name: string,
  parts: Readonly<Record<string, Demand>>,
  connectionString = anything,
) {
  const read = readEitherForm<T>(env, name, parts, connectionString);
  const named = Object.keys(parts).map((part) => `${name}__${part}`);
  const complaint = `is required: a connection string, or else ${named.join(' and ')}, to be opened with an identity`;
  return z.preprocess(
    read,
    z.custom<T>((connection) => connection !== undefined, complaint),
  );
}

function optional<T extends object>(env: Environment, name: string, parts: Readonly<Record<string, Demand>>) {
  return z.preprocess(readEitherForm<T>(env, name, parts, anything), z.custom<T | undefined>());
}

/**
 * One setting in two forms that the Functions host reads as well: `NAME` is a connection string, or each `NAME__part` says
 * where a service is, and the identity of the process opens it. Undefined when there is neither; both are a fault, because
 * nobody could tell which one counts. The parts `credential` and `clientId` are for the host alone: the credential of the
 * process knows its identity from `AZURE_CLIENT_ID`.
 */
const readEitherForm =
  <T extends object>(
    env: Environment,
    name: string,
    parts: Readonly<Record<string, Demand>>,
    connectionString: Demand,
  ) =>
  (_: unknown, { addIssue }: { addIssue: (message: string) => void }): KeyedConnection | T | undefined => {
    const keyed = settingOf(env, name);
    const named = Object.entries(parts).map(([part, demand]) => {
      const variable = `${name}__${part}`;
      return { part, variable, demand, value: settingOf(env, variable) };
    });
    const given = named.filter(({ value }) => value !== undefined);
    if (keyed !== undefined) {
      const both = given.map(({ variable }) => variable).join(' and ');
      if (both !== '') addIssue(`and ${both} are two ways to the same service: one must go`);
      else if (!connectionString.fits(keyed)) addIssue(connectionString.words);
      return { connectionString: keyed };
    }
    if (given.length === 0) return undefined;
    for (const { variable, demand, value } of named) {
      if (value === undefined) addIssue(`lacks a part: ${variable} is required`);
      else if (!demand.fits(value)) addIssue(`has a wrong part: ${variable} ${demand.words}`);
    }
    return Object.fromEntries(named.map(({ part, value }) => [part, value])) as T;
  };

const settingOf = (env: Environment, variable: string) => env[variable]?.trim() || undefined;
