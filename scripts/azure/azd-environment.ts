import { z } from 'zod';

const origin = z.url({ protocol: /^https$/, error: 'must be an https URL' }).transform((url) => new URL(url).origin);
const word = z.string('is missing').min(1, 'is missing');

/** What `azd provision` wrote into the environment of azd, which every hook is given: the outputs of infra/main.bicep. */
const outputs = {
  AZURE_SUBSCRIPTION_ID: word,
  AZURE_RESOURCE_GROUP: word,
  ORDER_URL: origin,
  INVENTORY_URL: origin,
  STOREFRONT_URL: origin,
  DASHBOARD_URL: origin,
  WEB_PUBSUB_HOST: word.regex(/^[a-z0-9.-]+$/i, 'must be a host name'),
  DATABASE_ROLES_JOB_NAME: word,
  FUNCTIONS_ORDER_NAME: word,
  FUNCTIONS_INVENTORY_NAME: word,
  /** Set by azd itself once it has published the image. */
  SERVICE_GRPC_INVENTORY_HOST_IMAGE_NAME: word,
};
export type OutputName = keyof typeof outputs;

/** Reads the outputs that are named; throws an Error that lists every one that is missing or wrong. */
export function readOutputs<Name extends OutputName>(
  env: NodeJS.ProcessEnv,
  ...names: readonly Name[]
): Readonly<Record<Name, string>> {
  const faults: string[] = [];
  const read = {} as Record<Name, string>;
  for (const name of names) {
    const parsed = outputs[name].safeParse(env[name]);
    if (parsed.success) read[name] = parsed.data;
    else faults.push(`  ${name} ${parsed.error.issues[0]?.message}`);
  }
  if (faults.length === 0) return Object.freeze(read);
  throw new Error(`The azd environment is not complete; run azd provision first:\n${faults.join('\n')}`);
}
