import { describe, expect, test } from 'vitest';
import { compileInfra } from './compile.ts';
import { type Deployment, readDeployment, setAt } from './deployment.ts';
import { handRemovals } from './hand-removals.ts';
import { policies } from './policies.ts';
import { mechanicalRemovals, type Removal } from './protections.ts';

const compiled = await compileInfra();
const deploymentOf = (tier: 'dev' | 'prod') => compiled && readDeployment(tier, compiled[tier], compiled.template);
const production = deploymentOf('prod');
const removals = production === undefined ? [] : [...mechanicalRemovals(production), ...handRemovals];

describe.each(['dev', 'prod'] as const)('a deployment of the tier %s', (tier) => {
  test.skipIf(compiled === undefined).each(policies)('keeps $name', ({ violations }) => {
    const deployment = deploymentOf(tier);
    if (deployment !== undefined) expect(violations(deployment)).toEqual([]);
  });
});

/** The policies that complain about a copy of the deployment from which something was taken. */
function complaining(deployment: Deployment, { remove }: Removal): string[] {
  const changed = {
    ...deployment,
    resources: structuredClone(deployment.resources),
    outputs: { ...deployment.outputs },
  };
  remove(changed);
  return policies.filter(({ violations }) => violations(changed).length > 0).map(({ name }) => name);
}

const byPolicy = [...Map.groupBy(removals, ({ policy }) => policy)].map(([policy, list]) => ({ policy, list }));

describe.skipIf(production === undefined)('a protection of production that is taken away', () => {
  test.each(byPolicy)('is noticed by $policy, and by no other policy', ({ policy, list }) => {
    if (production === undefined) return;
    const noticed = list.map((removal) => `${removal.what} -> ${complaining(production, removal).join()}`);
    expect(noticed).toEqual(list.map(({ what }) => `${what} -> ${policy}`));
  });

  test('there is at least one for every policy', () => {
    // What the compiler could not look into is nothing that can be taken away.
    const untried = policies
      .map(({ name }) => name)
      .filter((name) => name !== 'seen' && !byPolicy.some(({ policy }) => policy === name));
    expect(untried).toEqual([]);
    expect(removals.length).toBeGreaterThan(300);
  });
});

test.skipIf(compiled === undefined)(
  'without private endpoints, an account that lets in more than the services is noticed',
  () => {
    const cheap = deploymentOf('dev');
    if (cheap === undefined) return;
    const accounts = cheap.resources.filter(({ type }) => type === 'Microsoft.Storage/storageAccounts');
    expect(accounts).toHaveLength(4);
    for (const { id } of accounts) {
      for (const rules of [[], [{ id: '/subscriptions/x/anything' }]]) {
        const remove = ({ resources }: Deployment) =>
          setAt(
            resources.find((each) => each.id === id),
            'properties.networkAcls.virtualNetworkRules',
            rules,
          );
        expect(complaining(cheap, { policy: '', what: '', remove })).toEqual(['reached-privately']);
      }
    }
  },
);

test.skipIf(compiled === undefined)('what the compiler could not look into is noticed', () => {
  if (production === undefined) return;
  const half = { ...production, notSeen: ['a module'] };
  expect(policies.filter(({ violations }) => violations(half).length > 0).map(({ name }) => name)).toEqual(['seen']);
});
