/** After azd deployed the gRPC host: gives each identity its role in the databases, by the job that is in the same image. */
import { setTimeout as delay } from 'node:timers/promises';
import { readAzdToken, readAzdValue } from '../azd.ts';
import { readOutputs } from '../azd-environment.ts';
import { runRolesJob } from '../database-roles.ts';
import { makeResourceManager } from '../resource-manager.ts';

const TIMEOUT_MS = 10 * 60_000;
const IMAGE = 'SERVICE_GRPC_INVENTORY_HOST_IMAGE_NAME';

// Set while azd deploys: the environment that this hook was started with may be from before.
const env = { ...process.env, [IMAGE]: (await readAzdValue(IMAGE)) ?? process.env[IMAGE] };
const outputs = readOutputs(env, 'AZURE_SUBSCRIPTION_ID', 'AZURE_RESOURCE_GROUP', 'DATABASE_ROLES_JOB_NAME', IMAGE);
const { AZURE_RESOURCE_GROUP: resourceGroup, DATABASE_ROLES_JOB_NAME: job } = outputs;
const pause = (ms: number) => delay(ms);
const call = makeResourceManager({
  subscriptionId: outputs.AZURE_SUBSCRIPTION_ID,
  resourceGroup,
  token: readAzdToken,
  pause,
});
try {
  console.log(`${job} gives each service its role in the databases ...`);
  const execution = await runRolesJob(
    call,
    { job, image: outputs[IMAGE], timeoutMs: TIMEOUT_MS },
    { now: Date.now, pause },
  );
  console.log(`${job} has succeeded (${execution}).`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(
    `Its log: az containerapp job logs show --name ${job} --resource-group ${resourceGroup} --container database-roles`,
  );
  console.error(
    'or, in the Log Analytics workspace, ContainerAppConsoleLogs of that job. Once mended: azd deploy grpc-inventory-host',
  );
  process.exitCode = 1;
}
