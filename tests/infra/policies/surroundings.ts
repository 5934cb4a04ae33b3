import { type Deployment, ofType, type Policy, valueAt } from '../deployment.ts';

const pages = ['staticSites/stapp-web-', 'staticSites/stapp-dashboard-'];

/** The two sites may call the services from a browser, and no other page. */
export const cors: Policy = {
  name: 'cors',
  violations: (deployment) =>
    ofType(deployment, 'Microsoft.Web/sites').flatMap(({ name, properties }) => {
      const origins = (valueAt(properties, 'siteConfig.cors.allowedOrigins') ?? []) as readonly string[];
      const isOurs = (origin: string) => pages.some((page) => origin.includes(page));
      return [
        ...origins.filter((origin) => !isOurs(origin)).map((origin) => `${name} lets in ${origin}.`),
        ...pages
          .filter((page) => !origins.some((origin) => origin.includes(page)))
          .map((page) => `${name} shuts out ${page}.`),
      ];
    }),
};

const services = ['functions-order', 'functions-inventory', 'grpc-inventory-host', 'web', 'dashboard'];

/** azd finds the group, and each service's one resource in it. */
export const tags: Policy = {
  name: 'tags',
  violations(deployment) {
    const hosts = deployment.resources.flatMap(({ tags: given }) => given?.['azd-service-name'] ?? []).sort();
    const untagged = ofType(deployment, 'Microsoft.Resources/resourceGroups').filter(
      ({ tags: given }) => given?.['azd-env-name'] === undefined,
    );
    return [
      ...(hosts.join() === [...services].sort().join() ? [] : [`azd would deploy to ${hosts.join()}.`]),
      ...untagged.map(({ name }) => `azd does not know ${name}.`),
    ];
  },
};

/** The outputs that hooks and people go by. */
export const outputNames = [
  'AZURE_CONTAINER_REGISTRY_ENDPOINT',
  'AZURE_RESOURCE_GROUP',
  'DASHBOARD_URL',
  'DATABASE_ROLES_JOB_NAME',
  'FUNCTIONS_INVENTORY_NAME',
  'FUNCTIONS_ORDER_NAME',
  'INVENTORY_URL',
  'ORDER_URL',
  'STOREFRONT_URL',
  'WEB_PUBSUB_HOST',
];
export const outputs: Policy = {
  name: 'outputs',
  violations: (deployment) =>
    outputNames
      .filter((name) => deployment.outputs[name] === undefined)
      .map((name) => `The output ${name} is missing.`),
};

/** Somebody notices when the gRPC host has not come up, hangs, or takes no calls; and what calls often is kept warm. */
export const liveness: Policy = {
  name: 'looked-after',
  violations(deployment) {
    const [host] = ofType(deployment, 'Microsoft.App/containerApps');
    const probes = (valueAt(host, 'properties.template.containers.0.probes') ?? []) as readonly {
      type: string;
      httpGet?: { path: string };
    }[];
    const alive = probes.find(({ type }) => type === 'Liveness')?.httpGet?.path;
    return [
      ...['Startup', 'Liveness', 'Readiness']
        .filter((type) => !probes.some((probe) => probe.type === type))
        .map((type) => `The gRPC host has no ${type} probe.`),
      // What stands in before the first deployment has no such page.
      ...(alive === '/health/live' || !hasOwnImage(host) ? [] : ['Nobody notices a gRPC host that hangs.']),
      ...(deployment.tier === 'prod' ? coldApps(deployment) : []),
    ];
  },
};

const hasOwnImage = (host: unknown): boolean =>
  !String(valueAt(host, 'properties.template.containers.0.image')).startsWith('mcr.');

const coldApps = (deployment: Deployment): string[] =>
  ofType(deployment, 'Microsoft.Web/sites').flatMap((app) => {
    const warm = valueAt(app, 'properties.functionAppConfig.scaleAndConcurrency.alwaysReady');
    const groups = (warm ?? []) as readonly { name: string; instanceCount: number }[];
    const wanted = app.name.startsWith('func-inventory') ? ['http', 'function:orders-verify'] : ['http'];
    return wanted
      .filter((name) => !groups.some((group) => group.name === name && group.instanceCount >= 1))
      .map((name) => `${app.name} starts cold for ${name}.`);
  });

/** Each Function App has a plan of its own, which runs the Node.js that its bundle is built for. */
export const flexPlans: Policy = {
  name: 'flex-plans',
  violations(deployment) {
    const apps = ofType(deployment, 'Microsoft.Web/sites');
    const plans = apps.map((app) => valueAt(app, 'properties.serverFarmId'));
    return [
      ...(new Set(plans).size === apps.length ? [] : ['Two Function Apps share a plan.']),
      ...apps
        .filter(
          (app) =>
            JSON.stringify(valueAt(app, 'properties.functionAppConfig.runtime')) !== '{"name":"node","version":"24"}',
        )
        .map(({ name }) => `${name} does not run Node.js 24.`),
      ...ofType(deployment, 'Microsoft.Web/serverfarms')
        .filter((plan) => valueAt(plan, 'sku.tier') !== 'FlexConsumption')
        .map(({ name }) => `${name} is not Flex Consumption.`),
    ];
  },
};

/** The compiler could look into everything, or a policy might have missed something. */
export const seen: Policy = {
  name: 'seen',
  violations: ({ notSeen }) => notSeen.map((what) => `Not looked into: ${JSON.stringify(what)}`),
};
