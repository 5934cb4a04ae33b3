import { readConfig as readInventoryConfig } from '../../../functions-inventory/src/config.ts';
import { readConfig as readOrderConfig } from '../../../functions-order/src/config.ts';
import { readConfig as readGrpcConfig } from '../../../grpc-inventory-host/src/config.ts';
import { type Deployment, identityIn, type Policy, type Resource, valueAt } from '../deployment.ts';
import { likelyValue } from '../expression.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the identity library reads; the code itself never does. */
const ofIdentity = ['AZURE_CLIENT_ID', 'AZURE_TOKEN_CREDENTIALS'];
/** What the Functions host reads. */
const ofFunctionsHost = [
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__clientId',
  'AzureWebJobsStorage__credential',
  'ServiceBusConnection__clientId',
  'ServiceBusConnection__credential',
];
/** What the code would do without, and a deployment must not: passwords, or nothing told, would take its place. */
const ofDeployment = [
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'CHAOS_ALLOWED',
  'DATABASE_AUTHENTICATION',
  'DATABASE_MAX_CONNECTIONS',
];
const ofRolesJob = ['DATABASE_ROLES', 'DATABASE_ROLES_ADMINISTRATOR', ...ofIdentity];

interface Process {
  /** Begins its resource's name. */
  readonly resource: string;
  readonly identity: string;
  readonly readConfig?: (env: Environment) => unknown;
  /** Known to others than the code, and needed. */
  readonly others: readonly string[];
  /** What the code reads and would do without. */
  readonly besides: readonly string[];
}

const processes: readonly Process[] = [
  {
    resource: 'func-order-',
    identity: 'order',
    readConfig: readOrderConfig,
    others: [...ofIdentity, ...ofFunctionsHost],
    besides: ofDeployment,
  },
  {
    resource: 'func-inventory-',
    identity: 'inventory',
    readConfig: readInventoryConfig,
    others: [...ofIdentity, ...ofFunctionsHost],
    besides: [...ofDeployment, 'SEED_PRODUCTS', 'BackupCopyConnection__blobServiceUri'],
  },
  {
    resource: 'ca-grpc-',
    identity: 'grpc',
    readConfig: readGrpcConfig,
    others: ofIdentity,
    besides: [...ofDeployment, 'GRPC_PORT', 'HEALTH_PORT', 'SEED_PRODUCTS'],
  },
  { resource: 'job-roles-', identity: 'database-roles', others: ofRolesJob, besides: [] },
];

/**
 * Each process has every setting that it needs, none that nobody reads, and its own identity. What the code needs and
 * reads is asked of the code: its own `readConfig` gets the settings as Azure would make them.
 */
export const settings: Policy = {
  name: 'settings',
  violations: (deployment) => processes.flatMap((process) => faultsOf(process, deployment)),
};

function faultsOf({ resource: prefix, identity, readConfig, others, besides }: Process, deployment: Deployment) {
  const resource = deployment.resources.find(({ name }) => name.startsWith(prefix));
  if (resource === undefined) return [`${prefix}... is missing.`];
  const given = settingsOf(resource);
  const { complaint, read } = readConfig ? tryToRead(readConfig, given) : { complaint: undefined, read: new Set() };
  const fault = (text: string) => `${resource.name}: ${text}`;
  const identities = Object.keys(resource.identity?.userAssignedIdentities ?? {}).map(identityIn);
  // The placeholder's, which is there before the first deployment and gone after it.
  const isPlaceholder = String(valueAt(resource, 'properties.template.containers.0.image')).startsWith('mcr.');
  const readByOthers = [...others, ...(isPlaceholder ? ['ASPNETCORE_HTTP_PORTS'] : [])];
  return [
    ...(complaint === undefined ? [] : [fault(complaint)]),
    ...[...others, ...besides].filter((name) => given[name] === undefined).map((name) => fault(`${name} is missing.`)),
    ...Object.keys(given)
      .filter((name) => !read.has(name) && !readByOthers.includes(name))
      .map((name) => fault(`nobody reads ${name}.`)),
    ...(given.DATABASE_AUTHENTICATION === 'entra' || !readConfig ? [] : [fault('logs in with a password.')]),
    ...(identities.join() === identity ? [] : [fault(`runs as ${identities.join()}.`)]),
    ...Object.entries(rawSettingsOf(resource))
      .filter(([name, value]) => /client_?id$/i.test(name) && identityIn(value) !== identity)
      .map(([name]) => fault(`${name} is another's identity.`)),
  ];
}

/** What the code says to these settings, and which ones it looked for. */
function tryToRead(readConfig: (env: Environment) => unknown, given: Environment) {
  const read = new Set<string | symbol>();
  const watched = new Proxy(given, {
    get: (target, name) => {
      read.add(name);
      return Reflect.get(target, name);
    },
  });
  try {
    readConfig(watched);
    return { complaint: undefined, read };
  } catch (error) {
    return { complaint: String(error), read };
  }
}

export function rawSettingsOf(resource: Resource): Record<string, string> {
  const list = (valueAt(resource, 'properties.siteConfig.appSettings') ??
    valueAt(resource, 'properties.template.containers.0.env') ??
    []) as readonly { name: string; value: string }[];
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

const settingsOf = (resource: Resource): Environment =>
  Object.fromEntries(Object.entries(rawSettingsOf(resource)).map(([name, value]) => [name, likelyValue(value)]));
