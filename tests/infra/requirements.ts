import type { Deployment, Policy, Resource } from './deployment.ts';
import { ofType, valueAt } from './deployment.ts';

/** One property that every resource of a type must have. */
export interface Requirement {
  readonly policy: 'transport' | 'no-keys' | 'not-public' | 'always-there' | 'kept-safe';
  readonly type: string;
  readonly where?: (resource: Resource) => boolean;
  /** Only in that tier. */
  readonly tier?: Deployment['tier'];
  readonly path: string;
  readonly holds: (value: unknown) => boolean;
  /** A value that takes the protection away; undefined where leaving it out does. */
  readonly broken: unknown;
}

const is = (...values: unknown[]) => ({ holds: (value: unknown) => values.includes(value) });
const atLeast = (least: number) => ({ holds: (value: unknown) => typeof value === 'number' && value >= least });
const named = (suffix: string) => (resource: Resource) => resource.name.endsWith(suffix);
const storage = 'Microsoft.Storage/storageAccounts';
const postgres = 'Microsoft.DBforPostgreSQL/flexibleServers';
const data = (resource: Resource) => /^st(data|copy)/.test(resource.name);
const containerApp = 'Microsoft.App/containerApps';
const subnet = { holds: (value: unknown) => typeof value === 'string' && value.includes('/subnets/') };

export const requirements: readonly Requirement[] = [
  {
    policy: 'transport',
    type: storage,
    path: 'properties.minimumTlsVersion',
    ...is('TLS1_2', 'TLS1_3'),
    broken: 'TLS1_0',
  },
  { policy: 'transport', type: storage, path: 'properties.supportsHttpsTrafficOnly', ...is(true), broken: false },
  {
    policy: 'transport',
    type: 'Microsoft.ServiceBus/namespaces',
    path: 'properties.minimumTlsVersion',
    ...is('1.2', '1.3'),
    broken: '1.0',
  },
  { policy: 'transport', type: 'Microsoft.Web/sites', path: 'properties.httpsOnly', ...is(true), broken: false },
  {
    policy: 'transport',
    type: 'Microsoft.Web/sites',
    path: 'properties.siteConfig.minTlsVersion',
    ...is('1.2', '1.3'),
    broken: '1.0',
  },
  {
    policy: 'transport',
    type: 'Microsoft.Web/sites',
    path: 'properties.siteConfig.scmMinTlsVersion',
    ...is('1.2', '1.3'),
    broken: '1.1',
  },
  {
    policy: 'transport',
    type: containerApp,
    path: 'properties.configuration.ingress.allowInsecure',
    ...is(false),
    broken: true,
  },
  {
    policy: 'transport',
    type: containerApp,
    path: 'properties.configuration.ingress.transport',
    ...is('http2'),
    broken: 'tcp',
  },
  {
    policy: 'transport',
    type: `${postgres}/configurations`,
    where: named('/ssl_min_protocol_version'),
    path: 'properties.value',
    ...is('TLSv1.2', 'TLSv1.3'),
    broken: 'TLSv1',
  },
  {
    policy: 'transport',
    type: `${postgres}/configurations`,
    where: named('/require_secure_transport'),
    path: 'properties.value',
    ...is('on', 'ON'),
    broken: 'OFF',
  },

  { policy: 'no-keys', type: storage, path: 'properties.allowSharedKeyAccess', ...is(false), broken: true },
  {
    policy: 'no-keys',
    type: 'Microsoft.ServiceBus/namespaces',
    path: 'properties.disableLocalAuth',
    ...is(true),
    broken: false,
  },
  {
    policy: 'no-keys',
    type: 'Microsoft.SignalRService/webPubSub',
    path: 'properties.disableLocalAuth',
    ...is(true),
    broken: false,
  },
  {
    policy: 'no-keys',
    type: 'Microsoft.Insights/components',
    path: 'properties.DisableLocalAuth',
    ...is(true),
    broken: false,
  },
  {
    policy: 'no-keys',
    type: 'Microsoft.OperationalInsights/workspaces',
    path: 'properties.features.disableLocalAuth',
    ...is(true),
    broken: false,
  },
  {
    policy: 'no-keys',
    type: 'Microsoft.ContainerRegistry/registries',
    path: 'properties.adminUserEnabled',
    ...is(false),
    broken: true,
  },
  {
    policy: 'no-keys',
    type: postgres,
    path: 'properties.authConfig.passwordAuth',
    ...is('Disabled'),
    broken: 'Enabled',
  },
  {
    policy: 'no-keys',
    type: postgres,
    path: 'properties.authConfig.activeDirectoryAuth',
    ...is('Enabled'),
    broken: 'Disabled',
  },
  {
    policy: 'no-keys',
    type: 'Microsoft.Web/sites/basicPublishingCredentialsPolicies',
    path: 'properties.allow',
    ...is(false),
    broken: true,
  },

  { policy: 'not-public', type: storage, path: 'properties.allowBlobPublicAccess', ...is(false), broken: true },
  { policy: 'not-public', type: storage, path: 'properties.networkAcls.defaultAction', ...is('Deny'), broken: 'Allow' },
  {
    policy: 'not-public',
    type: storage,
    tier: 'prod',
    path: 'properties.publicNetworkAccess',
    ...is('Disabled'),
    broken: 'Enabled',
  },
  {
    policy: 'not-public',
    type: `${storage}/blobServices/containers`,
    path: 'properties.publicAccess',
    ...is('None'),
    broken: 'Blob',
  },
  {
    policy: 'not-public',
    type: 'Microsoft.ServiceBus/namespaces',
    tier: 'prod',
    path: 'properties.publicNetworkAccess',
    ...is('Disabled'),
    broken: 'Enabled',
  },
  {
    policy: 'not-public',
    type: 'Microsoft.ContainerRegistry/registries',
    path: 'properties.anonymousPullEnabled',
    ...is(false),
    broken: true,
  },
  {
    policy: 'not-public',
    type: postgres,
    path: 'properties.network.publicNetworkAccess',
    ...is('Disabled'),
    broken: 'Enabled',
  },
  {
    policy: 'not-public',
    type: postgres,
    path: 'properties.network.delegatedSubnetResourceId',
    ...subnet,
    broken: undefined,
  },
  {
    policy: 'not-public',
    type: 'Microsoft.App/managedEnvironments',
    path: 'properties.vnetConfiguration.internal',
    ...is(true),
    broken: false,
  },
  {
    policy: 'not-public',
    type: 'Microsoft.App/managedEnvironments',
    path: 'properties.vnetConfiguration.infrastructureSubnetId',
    ...subnet,
    broken: undefined,
  },
  {
    policy: 'not-public',
    type: 'Microsoft.Web/sites',
    path: 'properties.virtualNetworkSubnetId',
    ...subnet,
    broken: undefined,
  },

  {
    policy: 'always-there',
    type: containerApp,
    path: 'properties.template.scale.minReplicas',
    ...atLeast(1),
    broken: 0,
  },
  {
    policy: 'always-there',
    type: containerApp,
    tier: 'prod',
    path: 'properties.template.scale.minReplicas',
    ...atLeast(2),
    broken: 1,
  },
  {
    policy: 'always-there',
    type: containerApp,
    path: 'properties.template.terminationGracePeriodSeconds',
    ...atLeast(15),
    broken: 5,
  },
  {
    policy: 'always-there',
    type: postgres,
    tier: 'prod',
    path: 'properties.highAvailability.mode',
    ...is('ZoneRedundant'),
    broken: 'Disabled',
  },
  {
    policy: 'always-there',
    type: 'Microsoft.App/managedEnvironments',
    tier: 'prod',
    path: 'properties.zoneRedundant',
    ...is(true),
    broken: false,
  },

  {
    policy: 'kept-safe',
    type: `${storage}/blobServices`,
    path: 'properties.deleteRetentionPolicy.enabled',
    ...is(true),
    broken: false,
  },
  {
    policy: 'kept-safe',
    type: `${storage}/blobServices`,
    path: 'properties.containerDeleteRetentionPolicy.enabled',
    ...is(true),
    broken: false,
  },
  {
    policy: 'kept-safe',
    type: `${storage}/blobServices`,
    where: data,
    path: 'properties.isVersioningEnabled',
    ...is(true),
    broken: false,
  },
  { policy: 'kept-safe', type: postgres, path: 'properties.backup.backupRetentionDays', ...atLeast(7), broken: 1 },
  {
    policy: 'kept-safe',
    type: postgres,
    tier: 'prod',
    path: 'properties.backup.geoRedundantBackup',
    ...is('Enabled'),
    broken: 'Disabled',
  },
];

export const applies = ({ type, where, tier }: Requirement, deployment: Deployment): Resource[] =>
  tier === undefined || tier === deployment.tier
    ? ofType(deployment, type).filter((resource) => where?.(resource) ?? true)
    : [];

/** A requirement that meets no resource protects nothing: its resource is gone, and with it the protection. */
const broken = (requirement: Requirement, deployment: Deployment): string[] => {
  if (requirement.tier !== undefined && requirement.tier !== deployment.tier) return [];
  const met = applies(requirement, deployment);
  if (met.length === 0) return [`There is no ${requirement.type} for ${requirement.path}.`];
  return met
    .filter((resource) => !requirement.holds(valueAt(resource, requirement.path)))
    .map(({ name }) => `${name}: ${requirement.path} must not be so.`);
};

export const requirementPolicies: readonly Policy[] = [...new Set(requirements.map(({ policy }) => policy))].map(
  (name) => ({
    name,
    violations: (deployment) =>
      requirements.filter(({ policy }) => policy === name).flatMap((requirement) => broken(requirement, deployment)),
  }),
);
