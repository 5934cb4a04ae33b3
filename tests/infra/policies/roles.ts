import roleIds from '../../../infra/roles.json' with { type: 'json' };
import { type Deployment, identityIn, ofType, type Policy, placeOf, valueAt } from '../deployment.ts';

type Role = keyof typeof roleIds;

const sender = 'Azure Service Bus Data Sender';
const receiver = 'Azure Service Bus Data Receiver';
const blobs = 'Storage Blob Data Contributor';
const rows = 'Storage Table Data Contributor';
const bus = 'Microsoft.ServiceBus/namespaces/sb';
const account = (name: string) => `Microsoft.Storage/storageAccounts/${name}`;
const container = (name: string, of = 'stdata') => `${account(of)}/blobServices/default/containers/${name}`;
const table = (name: string) => `${account('stdata')}/tableServices/default/tables/${name}`;
const subscription = (topic: string, name: string) => `${bus}/topics/${topic}/subscriptions/${name}`;
const push = 'Microsoft.SignalRService/webPubSub/wps';
const telemetry = 'Microsoft.Insights/components/appi';
const registry = 'Microsoft.ContainerRegistry/registries/acr';

/** Which service may do what where: this and nothing else. */
const expectedRoles: Readonly<Record<string, readonly (readonly [place: string, role: Role])[]>> = {
  order: [
    [`${bus}/queues/verify-orders`, sender],
    [`${bus}/topics/order-events`, sender],
    [`${bus}/topics/inventory-events`, sender],
    [`${bus}/topics/system-metrics`, sender],
    [subscription('inventory-events', 'order-service-sub'), receiver],
    [account('storder'), 'Storage Blob Data Owner'],
    [container('backup-staging'), blobs],
    [table('alertbuckets'), rows],
    [push, 'Web PubSub Service Owner'],
    [telemetry, 'Monitoring Metrics Publisher'],
  ],
  inventory: [
    [`${bus}/queues/verify-orders`, sender],
    [`${bus}/queues/verify-orders`, receiver],
    [`${bus}/topics/order-events`, sender],
    [`${bus}/topics/inventory-events`, sender],
    [`${bus}/topics/system-metrics`, sender],
    [subscription('order-events', 'inventory-service-sub'), receiver],
    [subscription('order-events', 'dashboard-sub'), receiver],
    [subscription('inventory-events', 'dashboard-sub'), receiver],
    [subscription('system-metrics', 'dashboard-sub'), receiver],
    [account('stinv'), 'Storage Blob Data Owner'],
    [container('backup-staging'), blobs],
    [container('backup-vault'), blobs],
    [container('backup-copies'), blobs],
    [container('backup-copies', 'stcopy'), blobs],
    [table('alertbuckets'), rows],
    [table('backupcalls'), rows],
    [push, 'Web PubSub Service Owner'],
    [telemetry, 'Monitoring Metrics Publisher'],
  ],
  grpc: [
    [`${bus}/queues/verify-orders`, receiver],
    [`${bus}/topics/inventory-events`, sender],
    [`${bus}/topics/system-metrics`, sender],
    [table('alertbuckets'), rows],
    [registry, 'AcrPull'],
    [telemetry, 'Monitoring Metrics Publisher'],
  ],
  'database-roles': [[registry, 'AcrPull']],
};

const sentence = (service: string, role: string, place: string) => `${service} is ${role} of ${place}`;

/** Each identity has exactly the roles of the table, as a service's identity, under a name that stays the same. */
export const roles: Policy = {
  name: 'least-roles',
  violations(deployment) {
    const given = assignments(deployment);
    const expected = Object.entries(expectedRoles).flatMap(([service, list]) =>
      list.map(([place, role]) => sentence(service, role, place)),
    );
    const found = given.map(({ service, role, place }) => sentence(service, role, place));
    return [
      ...found.filter((text) => !expected.includes(text)).map((text) => `${text}, which it need not be.`),
      ...expected.filter((text) => !found.includes(text)).map((text) => `It is not so that ${text}.`),
      ...found.filter((text, index) => found.indexOf(text) < index).map((text) => `${text} twice.`),
      ...given.filter(({ isStable }) => !isStable).map(({ name }) => `${name} would change from time to time.`),
      ...given.filter(({ kind }) => kind !== 'ServicePrincipal').map(({ name }) => `${name} is not of a service.`),
    ];
  },
};

function assignments(deployment: Deployment) {
  return ofType(deployment, 'Microsoft.Authorization/roleAssignments').map((assignment) => {
    const { name, id } = assignment;
    const roleId = String(valueAt(assignment, 'properties.roleDefinitionId')).split('/').at(-1) ?? '';
    const principal = String(valueAt(assignment, 'properties.principalId'));
    const [, scope = id] = /^\[extensionResourceId\('([^']+)'/.exec(id) ?? [];
    return {
      name,
      service: identityIn(principal) ?? principal,
      role: Object.entries(roleIds).find(([, known]) => known === roleId)?.[0] ?? roleId,
      place: placeOf(scope),
      kind: valueAt(assignment, 'properties.principalType'),
      isStable: name === `[guid('${scope}', ${principal.slice(1, -1)}, '${roleId}')]`,
    };
  });
}
