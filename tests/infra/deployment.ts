import { z } from 'zod';

/** One resource as a deployment would make it. What is only known on Azure stands there as an ARM expression. */
const resource = z.looseObject({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  location: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  identity: z.looseObject({ userAssignedIdentities: z.record(z.string(), z.unknown()) }).optional(),
});
export type Resource = z.infer<typeof resource>;

/** What the compiler says a deployment of one tier would make. */
const snapshot = z.object({
  predictedResources: z.array(resource),
  outputs: z.record(z.string(), z.unknown()),
  diagnostics: z.array(z.unknown()),
});

export interface Deployment {
  readonly tier: 'dev' | 'prod';
  readonly resources: Resource[];
  readonly outputs: Record<string, unknown>;
  /** Anything that the compiler could not look into; a policy could not either. */
  readonly notSeen: readonly unknown[];
  /** The compiled template with every module. */
  template: string;
}

/** Something that must hold for every deployment; answers what breaks it, a sentence each. */
export interface Policy {
  readonly name: string;
  readonly violations: (deployment: Deployment) => string[];
}

export function readDeployment(tier: Deployment['tier'], text: string, template: string): Deployment {
  const { predictedResources: resources, outputs, diagnostics: notSeen } = snapshot.parse(JSON.parse(text));
  return { tier, resources, outputs, notSeen, template };
}

export const ofType = ({ resources }: Deployment, type: string): Resource[] =>
  resources.filter((each) => each.type === type);

/** The value at a path such as `properties.networkAcls.defaultAction`. */
export const valueAt = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value);

/** Sets that value; undefined takes it away. */
export function setAt(target: unknown, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const holder = keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], target);
  if (value === undefined) delete (holder as Record<string, unknown>)[last];
  else (holder as Record<string, unknown>)[last] = value;
}

/** The part of an id behind the group's, without the token that makes names unique: `…/namespaces/sb/queues/verify-orders`. */
export function placeOf(id: string): string {
  const [, place = id] = /\/resourceGroups\/[^/]+\/providers\/(.*)$/.exec(id) ?? [];
  return withoutToken(place);
}

/** uniqueString makes 13 characters of digits and small letters. */
export const withoutToken = (text: string): string => text.replaceAll(/-?(?=[a-z0-9]*\d)[a-z0-9]{13}(?![a-z0-9])/g, '');

/** The service whose identity an expression or an id refers to, such as `order`. */
export const identityIn = (text: string): string | undefined =>
  /userAssignedIdentities\/id-([a-z-]+)-[a-z0-9]{13}/.exec(text)?.[1];
