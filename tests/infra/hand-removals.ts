import { type Deployment, type Resource, setAt, valueAt } from './deployment.ts';
import { changeSettings, type Removal } from './protections.ts';

const named = ({ resources }: Deployment, prefix: string): Resource => {
  const found = resources.find(({ name, type }) => name.startsWith(prefix) && type.split('/').length === 2);
  if (found === undefined) throw new Error(`There is no ${prefix}.`);
  return found;
};
const set =
  (prefix: string, path: string, value: unknown) =>
  (deployment: Deployment): void =>
    setAt(named(deployment, prefix), path, value);
const addSetting =
  (prefix: string, name: string, value: string) =>
  (deployment: Deployment): void =>
    changeSettings(named(deployment, prefix), (list) => [...list, { name, value }]);
const replaceSetting =
  (prefix: string, name: string, value: string) =>
  (deployment: Deployment): void =>
    changeSettings(named(deployment, prefix), (list) =>
      list.map((setting) => (setting.name === name ? { name, value } : setting)),
    );
const probesWithout = (type: string) => (deployment: Deployment) => {
  const path = 'properties.template.containers.0.probes';
  const host = named(deployment, 'ca-grpc-');
  const probes = valueAt(host, path) as readonly { type: string }[];
  setAt(
    host,
    path,
    probes.filter((probe) => probe.type !== type),
  );
};

/** What no rule takes away: each is a mistake that somebody could make. */
export const handRemovals: readonly Removal[] = [
  {
    policy: 'no-secrets',
    what: 'a setting is read with a key of the account',
    remove: replaceSetting(
      'func-order-',
      'AzureWebJobsStorage__credential',
      "[listKeys('/subscriptions/x', '2025-01-01').keys[0].value]",
    ),
  },
  {
    policy: 'no-secrets',
    what: 'the database URL has a password',
    remove: replaceSetting('job-roles-', 'DATABASE_ROLES', 'postgresql://admin:secret@host:5432/orders'),
  },
  {
    policy: 'no-secrets',
    what: 'an output is a connection string',
    remove: ({ outputs }) => {
      outputs.INSIGHTS = "[reference('/subscriptions/x', '2020-02-02').ConnectionString]";
    },
  },
  {
    policy: 'no-secrets',
    what: 'a module hands a deployment token on',
    remove: (deployment) => {
      deployment.template +=
        "\"[listSecrets(resourceId('Microsoft.Web/staticSites', 'web'), '2024-11-01').properties.apiKey]\"";
    },
  },
  {
    policy: 'settings',
    what: 'a setting that nobody reads',
    remove: addSetting('func-inventory-', 'BACKUP_VALUT_URL', 'https://vault.example'),
  },
  {
    policy: 'settings',
    what: 'the database takes a password',
    remove: replaceSetting('ca-grpc-', 'DATABASE_AUTHENTICATION', 'password'),
  },
  {
    policy: 'settings',
    what: 'the gRPC host is called without TLS by a wrong address',
    remove: replaceSetting('func-order-', 'INVENTORY_GRPC_URL', 'ca-grpc:50051'),
  },
  {
    policy: 'settings',
    what: "a service runs as another's identity",
    remove: (deployment) => {
      named(deployment, 'func-order-').identity = named(deployment, 'func-inventory-').identity;
    },
  },
  {
    policy: 'settings',
    what: "a service asks for another's tokens",
    remove: (deployment) => {
      const other = named(deployment, 'func-inventory-');
      const taken = (
        valueAt(other, 'properties.siteConfig.appSettings') as readonly { name: string; value: string }[]
      ).find(({ name }) => name === 'AZURE_CLIENT_ID');
      replaceSetting('func-order-', 'AZURE_CLIENT_ID', taken?.value ?? '')(deployment);
    },
  },
  { policy: 'no-chaos', what: 'production allows faults', remove: replaceSetting('ca-grpc-', 'CHAOS_ALLOWED', 'true') },
  {
    policy: 'no-chaos',
    what: 'production allows faults on the other face',
    remove: replaceSetting('func-inventory-', 'CHAOS_ALLOWED', 'true'),
  },
  {
    policy: 'cors',
    what: 'any page may call',
    remove: set('func-order-', 'properties.siteConfig.cors.allowedOrigins', ['*']),
  },
  {
    policy: 'diagnostics',
    what: 'a log that is switched off',
    remove: (deployment) => {
      const settings = deployment.resources.find(({ type }) => type === 'Microsoft.Insights/diagnosticSettings');
      setAt(settings, 'properties.logs.0.enabled', false);
    },
  },
  {
    policy: 'diagnostics',
    what: 'a resource of a type that nobody has thought of',
    remove: ({ resources }) =>
      void resources.push({
        id: '/subscriptions/x/providers/Microsoft.New/things/a',
        type: 'Microsoft.New/things',
        name: 'a',
      }),
  },
  {
    policy: 'least-roles',
    what: 'the name of a role assignment changes with each deployment',
    remove: (deployment) => {
      const assignment = deployment.resources.find(({ type }) => type === 'Microsoft.Authorization/roleAssignments');
      setAt(assignment, 'name', '[newGuid()]');
    },
  },
  {
    policy: 'topology',
    what: 'the rule that lets everything through stays beside ours',
    remove: ({ resources }) => {
      const rule = resources.find(({ name }) => name.endsWith('/order-service-sub/$Default'));
      setAt(rule, 'name', rule?.name.replace('$Default', 'settles-orders'));
    },
  },
  {
    policy: 'backups',
    what: 'the copies are in the same region',
    remove: (deployment) => {
      named(deployment, 'stcopy').location = named(deployment, 'stdata').location;
    },
  },
  {
    policy: 'backups',
    what: 'a day of grace for appending to the vault',
    remove: ({ resources }) => {
      const vault = resources.find(({ name }) => name.endsWith('/backup-vault/default'));
      setAt(vault, 'properties.allowProtectedAppendWrites', true);
    },
  },
  ...['Startup', 'Liveness', 'Readiness'].map((type) => ({
    policy: 'looked-after',
    what: `the gRPC host has no ${type} probe`,
    remove: probesWithout(type),
  })),
  {
    policy: 'looked-after',
    what: 'the gRPC host is only asked whether its port is open',
    remove: (deployment) =>
      setAt(named(deployment, 'ca-grpc-'), 'properties.template.containers.0.probes.1', {
        type: 'Liveness',
        tcpSocket: { port: 50052 },
      }),
  },
  ...['func-order-', 'func-inventory-'].map((prefix) => ({
    policy: 'looked-after',
    what: `${prefix} starts cold`,
    remove: set(prefix, 'properties.functionAppConfig.scaleAndConcurrency.alwaysReady', []),
  })),
  {
    policy: 'flex-plans',
    what: 'both apps on one plan',
    remove: (deployment) =>
      set(
        'func-order-',
        'properties.serverFarmId',
        valueAt(named(deployment, 'func-inventory-'), 'properties.serverFarmId'),
      )(deployment),
  },
  {
    policy: 'flex-plans',
    what: 'an older Node.js',
    remove: set('func-order-', 'properties.functionAppConfig.runtime.version', '20'),
  },
  {
    policy: 'names',
    what: 'a name that is too long',
    remove: set('func-order-', 'name', `func-order-${'x'.repeat(30)}`),
  },
  { policy: 'tags', what: 'azd finds no group', remove: set('rg-', 'tags', {}) },
  {
    policy: 'tags',
    what: 'azd finds a service twice',
    remove: set('stapp-web-', 'tags.azd-service-name', 'dashboard'),
  },
];
