import {
  type Deployment,
  identityIn,
  ofType,
  placeOf,
  type Resource,
  setAt,
  valueAt,
  withoutToken,
} from './deployment.ts';
import { rawSettingsOf } from './policies/settings.ts';
import { outputNames } from './policies/surroundings.ts';
import { applies, type Requirement, requirements } from './requirements.ts';

/** One way to take one protection away; `policy` is the one that has to notice. */
export interface Removal {
  readonly policy: string;
  readonly what: string;
  readonly remove: (deployment: Deployment) => void;
}

const find = ({ resources }: Deployment, id: string): Resource => {
  const found = resources.find((resource) => resource.id === id);
  if (found === undefined) throw new Error(`There is no ${id}.`);
  return found;
};
const drop = (deployment: Deployment, id: string) =>
  void deployment.resources.splice(deployment.resources.indexOf(find(deployment, id)), 1);
const label = (resource: Resource) => {
  const { type, name, id } = resource;
  if (type !== 'Microsoft.Authorization/roleAssignments')
    return `${type.split('/').slice(1).join('/')} ${withoutToken(name)}`;
  const [, scope = id] = /^\[extensionResourceId\('([^']+)'/.exec(id) ?? [];
  return `the role of ${identityIn(String(valueAt(resource, 'properties.principalId')))} on ${placeOf(scope)}`;
};

/** Every requirement, broken for each resource that it is about: by its wrong value, and by leaving the property out. */
const ofRequirements = (deployment: Deployment): Removal[] =>
  requirements.flatMap((requirement) =>
    applies(requirement, deployment).flatMap((resource) =>
      waysToBreak(requirement).map((value) => ({
        policy: requirement.policy,
        what: `${label(resource)}: ${requirement.path} = ${JSON.stringify(value)}`,
        remove: (changed: Deployment) => setAt(find(changed, resource.id), requirement.path, value),
      })),
    ),
  );

const waysToBreak = ({ broken }: Requirement): unknown[] => (broken === undefined ? [undefined] : [broken, undefined]);

/** Every resource of these types is needed: gone, its policy notices. */
const neededTypes: readonly (readonly [policy: string, type: RegExp])[] = [
  ['diagnostics', /^Microsoft\.Insights\/diagnosticSettings$/],
  ['least-roles', /^Microsoft\.Authorization\/roleAssignments$/],
  ['topology', /^Microsoft\.ServiceBus\/namespaces\/./],
  ['reached-privately', /^Microsoft\.Network\/privateEndpoints/],
  ['backups', /^Microsoft\.Storage\/storageAccounts\/blobServices\/containers\/immutabilityPolicies$/],
  ['alerts', /^Microsoft\.Insights\/(metricAlerts|scheduledQueryRules)$/],
];
const ofNeededResources = ({ resources }: Deployment): Removal[] =>
  neededTypes.flatMap(([policy, type]) =>
    resources
      .filter((resource) => type.test(resource.type))
      .map((resource) => ({
        policy,
        what: `${label(resource)} is gone`,
        remove: (changed: Deployment) => drop(changed, resource.id),
      })),
  );

/** Every property of every entity of Service Bus, changed. */
const ofEntities = ({ resources }: Deployment): Removal[] =>
  resources
    .filter(({ type }) => type.startsWith('Microsoft.ServiceBus/namespaces/'))
    .flatMap((entity) =>
      Object.keys(entity.properties ?? {})
        // Not of the topology: Azure's own, which the emulators do not have.
        .filter((key) => key !== 'deadLetteringOnFilterEvaluationExceptions')
        .map((key) => ({
          policy: 'topology',
          what: `${label(entity)}: ${key} is another`,
          remove: (changed: Deployment) => setAt(find(changed, entity.id), `properties.${key}`, 'another'),
        })),
    );

/** Every setting of every process, left out. */
const ofSettings = ({ resources }: Deployment): Removal[] =>
  resources.flatMap((resource) =>
    Object.keys(rawSettingsOf(resource)).map((name) => ({
      policy: 'settings',
      what: `${label(resource)} lacks ${name}`,
      remove: (changed: Deployment) =>
        changeSettings(find(changed, resource.id), (list) => list.filter((setting) => setting.name !== name)),
    })),
  );

interface Setting {
  readonly name: string;
  readonly value: string;
}
export function changeSettings(resource: Resource, change: (list: readonly Setting[]) => readonly Setting[]): void {
  const paths = ['properties.siteConfig.appSettings', 'properties.template.containers.0.env'];
  const path = paths.find((candidate) => valueAt(resource, candidate) !== undefined) ?? '';
  setAt(resource, path, change(valueAt(resource, path) as readonly Setting[]));
}

/** Every role, raised to Owner. */
const ofRoles = (deployment: Deployment): Removal[] =>
  ofType(deployment, 'Microsoft.Authorization/roleAssignments').map((assignment) => ({
    policy: 'least-roles',
    what: `${label(assignment)} is Owner instead`,
    remove: (changed: Deployment) =>
      setAt(
        find(changed, assignment.id),
        'properties.roleDefinitionId',
        '/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
      ),
  }));

const ofAlerts = (deployment: Deployment): Removal[] =>
  [
    ...ofType(deployment, 'Microsoft.Insights/metricAlerts'),
    ...ofType(deployment, 'Microsoft.Insights/scheduledQueryRules'),
  ].flatMap((alert) =>
    ['properties.enabled', 'properties.actions'].map((path) => ({
      policy: 'alerts',
      what: `${label(alert)} without ${path}`,
      remove: (changed: Deployment) => setAt(find(changed, alert.id), path, undefined),
    })),
  );

const ofOutputs = (): Removal[] =>
  outputNames.map((name) => ({
    policy: 'outputs',
    what: `without ${name}`,
    remove: (changed: Deployment) => void delete changed.outputs[name],
  }));

/** Everything that can be taken away by rule, one at a time. */
export const mechanicalRemovals = (deployment: Deployment): Removal[] =>
  [ofRequirements, ofNeededResources, ofEntities, ofSettings, ofRoles, ofAlerts, ofOutputs].flatMap((make) =>
    make(deployment),
  );
