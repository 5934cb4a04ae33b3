import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { readStages } from './dockerfile-steps.ts';
import { schemaFaults } from './schemas.ts';

const service = z.looseObject({
  image: z.string().optional(),
  build: z.object({ context: z.string(), dockerfile: z.string(), target: z.string().optional() }).optional(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  privileged: z.boolean().optional(),
});
/** What opens something must come from .env: a setting named for it, and the secret within an address or a connection string. */
const SECRET_SETTING = /(?:PASSWORD|_KEY)$/;
const SECRET_WITHIN = /(?:Account|Access)Key=(?!\$\{)|:\/\/\w+:(?!\$\{)[^@/]*@/;

const composition = z.looseObject({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.unknown()),
});

export interface ComposeSurroundings {
  readonly root: string;
  /** The text of .env.example. */
  readonly example: string;
  readonly read: (path: string) => string;
}

/** What is wrong with a compose.yaml at the root of a repository. */
export function composeFaults(text: string, { root, example, read }: ComposeSurroundings): string[] {
  const value: unknown = parse(text, { merge: true });
  const faults = schemaFaults('compose-spec.json', value);
  const { data, error } = composition.safeParse(value);
  if (data === undefined)
    return [...faults, ...error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)];
  for (const [name, { image, build, ports, volumes, environment, privileged }] of Object.entries(data.services)) {
    const say = (what: string) => faults.push(`${name}: ${what}`);
    if (privileged) say('privileged.');
    if (build === undefined && !/:[\w.-]+$/.test(image ?? '')) say(`${image} is not pinned to a tag.`);
    if (image?.endsWith(':latest')) say(`${image} is not pinned to a tag.`);
    if (build !== undefined && !existsSync(join(root, build.dockerfile))) say(`${build.dockerfile} does not exist.`);
    else if (
      build?.target !== undefined &&
      !readStages(read(build.dockerfile)).some((stage) => stage.name === build.target)
    ) {
      say(`${build.dockerfile} has no stage ${build.target}.`);
    }
    for (const port of ports) if (!port.startsWith('127.0.0.1:')) say(`port ${port} is open to the network.`);
    for (const [setting, value] of Object.entries(environment)) {
      const isOpen = SECRET_SETTING.test(setting)
        ? !/^\$\{\w+\}$/.test(value)
        : SECRET_WITHIN.test(withoutEmulatorKey(value));
      if (isOpen) say(`the secret of ${setting} stands in compose.yaml.`);
    }
    for (const volume of volumes) {
      const [source = ''] = volume.split(':');
      const isThere = source.startsWith('.') ? existsSync(join(root, source)) : source in data.volumes;
      if (!isThere) say(`${source} does not exist.`);
    }
  }
  const variables = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? ''));
  const given = new Set([...example.matchAll(/^(\w+)=/gm)].map(([, name]) => name ?? ''));
  for (const name of variables) if (!given.has(name)) faults.push(`.env.example has no ${name}.`);
  for (const name of given) if (!variables.has(name)) faults.push(`.env.example has ${name}, which nothing reads.`);
  return faults;
}

/** The emulator of Service Bus takes this word for its key, and no other. */
const withoutEmulatorKey = (value: string) => value.replace('SharedAccessKey=SAS_KEY_VALUE', '');
