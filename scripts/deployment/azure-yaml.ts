import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { schemaFaults } from './schemas.ts';

/** The keys that the resources' tags, and so infra/, name the services by. */
const SERVICES = ['dashboard', 'functions-inventory', 'functions-order', 'grpc-inventory-host', 'web'];

const command = z.object({ run: z.string() });
const hooks = z.record(z.string(), z.object({ posix: command, windows: command })).default({});
const project = z.object({
  hooks,
  services: z.record(
    z.string(),
    z.object({
      project: z.string(),
      docker: z.object({ path: z.string(), context: z.string() }).optional(),
      hooks,
    }),
  ),
});

/** What is wrong with an azure.yaml at the root of a repository. */
export function azureYamlFaults(text: string, root: string): string[] {
  const value: unknown = parse(text);
  const faults = schemaFaults('azure.yaml.json', value);
  const { data, error } = project.safeParse(value);
  if (data === undefined)
    return [...faults, ...(error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`)];

  const names = Object.keys(data.services).sort();
  if (names.join() !== SERVICES.join())
    faults.push(`The services are ${names.join(', ')}, not ${SERVICES.join(', ')}.`);
  faults.push(...hookFaults('project', data.hooks, root, root));
  for (const [name, service] of Object.entries(data.services)) {
    const folder = join(root, service.project);
    if (!existsSync(folder)) {
      faults.push(`${name}: ${service.project} does not exist.`);
      continue;
    }
    faults.push(...hookFaults(name, service.hooks, folder, root));
    if (service.docker === undefined) continue;
    if (!existsSync(join(folder, service.docker.path))) faults.push(`${name}: ${service.docker.path} does not exist.`);
    if (resolve(folder, service.docker.context) !== resolve(root)) {
      faults.push(`${name}: the context of its image is not the repository, of which its Dockerfile copies.`);
    }
  }
  return faults;
}

function hookFaults(owner: string, found: z.infer<typeof hooks>, cwd: string, root: string): string[] {
  return Object.entries(found).flatMap(([event, { posix, windows }]) => {
    const faults: string[] = [];
    if (posix.run !== windows.run) faults.push(`${owner} ${event}: sh and pwsh do not run the same.`);
    const [node, launcher = '', name] = posix.run.split(' ');
    if (node !== 'node' || resolve(cwd, launcher) !== join(resolve(root), 'scripts/azure/hook.js')) {
      faults.push(`${owner} ${event}: ${posix.run} is not run by scripts/azure/hook.js.`);
    }
    if (name !== undefined && !existsSync(join(root, 'scripts', `${name}.ts`))) {
      faults.push(`${owner} ${event}: scripts/${name}.ts does not exist.`);
    }
    return faults;
  });
}
