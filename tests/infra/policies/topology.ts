import topologyFile from '../../../packages/contracts/servicebus.topology.json' with { type: 'json' };
import { type Deployment, type Policy, valueAt, withoutToken } from '../deployment.ts';

const [topology] = topologyFile.UserConfig.Namespaces;
const bus = 'Microsoft.ServiceBus/namespaces';

interface Entity {
  readonly type: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** What may be lengthened, because the emulator's limits are not Azure's. */
  readonly mayLiveLonger: boolean;
}

const camelCase = (properties: object) =>
  Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [`${key[0]?.toLowerCase()}${key.slice(1)}`, value]),
  );

/** Every entity of the topology file as Azure names it. */
const entities: readonly Entity[] = [
  ...(topology?.Queues ?? []).map(({ Name, Properties }) => ({
    type: `${bus}/queues`,
    name: `sb/${Name}`,
    properties: camelCase(Properties),
    mayLiveLonger: true,
  })),
  ...(topology?.Topics ?? []).flatMap((topic) => [
    {
      type: `${bus}/topics`,
      name: `sb/${topic.Name}`,
      properties: camelCase(topic.Properties),
      mayLiveLonger: topic.Subscriptions.some((each) => each.Properties.DeadLetteringOnMessageExpiration),
    },
    ...topic.Subscriptions.flatMap((each) => [
      {
        type: `${bus}/topics/subscriptions`,
        name: `sb/${topic.Name}/${each.Name}`,
        properties: camelCase(each.Properties),
        mayLiveLonger: each.Properties.DeadLetteringOnMessageExpiration,
      },
      ...('Rules' in each ? each.Rules : []).map((rule, index) => ({
        type: `${bus}/topics/subscriptions/rules`,
        // The first takes the place of the rule that Azure makes by itself and that lets everything through.
        name: `sb/${topic.Name}/${each.Name}/${index === 0 ? '$Default' : rule.Name}`,
        properties: {
          filterType: 'SqlFilter',
          sqlFilter: { sqlExpression: rule.Properties.SqlFilter.SqlExpression },
        },
        mayLiveLonger: false,
      })),
    ]),
  ]),
];

/** Every entity of the topology is there with its properties, and no other. */
export const topologyPolicy: Policy = {
  name: 'topology',
  violations(deployment) {
    const found = deployment.resources.filter(({ type }) => type.startsWith(`${bus}/`));
    const known = new Set(entities.map(({ type, name }) => `${type} ${name}`));
    return [
      ...entities.flatMap((entity) => faultsOf(entity, deployment)),
      ...found
        .filter(({ type, name }) => !known.has(`${type} ${withoutToken(name)}`))
        .map(({ name }) => `${name} is not in the topology.`),
    ];
  },
};

function faultsOf({ type, name, properties, mayLiveLonger }: Entity, { resources }: Deployment): string[] {
  const found = resources.find((each) => each.type === type && withoutToken(each.name) === name);
  if (found === undefined) return [`${name} is missing.`];
  return Object.entries(properties)
    .filter(([key, wanted]) => {
      const value = valueAt(found, `properties.${key}`);
      if (key === 'defaultMessageTimeToLive' && mayLiveLonger && value === 'P7D') return false;
      return JSON.stringify(value) !== JSON.stringify(wanted);
    })
    .map(([key]) => `${name}: ${key} is not the topology's.`);
}
