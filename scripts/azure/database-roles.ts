import { z } from 'zod';
import type { ResourceManager } from './resource-manager.ts';

const API_VERSION = '2025-01-01';
const ROUND_MS = 3_000;
const container = z.looseObject({ name: z.string(), image: z.string() });
const job = z.object({ properties: z.object({ template: z.object({ containers: z.tuple([container], container) }) }) });
const started = z.object({ name: z.string() });
const execution = z.object({
  // Where the status stands has changed between versions of the interface.
  status: z.string().optional(),
  properties: z.object({ status: z.string().optional() }).optional(),
});
const ENDED_BADLY = new Set(['Failed', 'Stopped', 'Degraded']);

export interface RolesJob {
  readonly job: string;
  /** The image just deployed, which holds the job's program as well. */
  readonly image: string;
  readonly timeoutMs: number;
}

interface Clock {
  now(): number;
  pause(ms: number): Promise<void>;
}

/**
 * Runs the job that gives each identity its role in the databases, with the image just deployed, and waits until it has
 * succeeded. Answers the name of the execution; throws when it failed or took longer than `timeoutMs`.
 */
export async function runRolesJob(call: ResourceManager, wanted: RolesJob, clock: Clock): Promise<string> {
  const path = `/providers/Microsoft.App/jobs/${wanted.job}`;
  const { properties } = job.parse((await call({ method: 'GET', path, apiVersion: API_VERSION })).body);
  // What a start overrides it overrides whole: the containers as they are defined, but for the image.
  const containers = properties.template.containers.map((each) => ({ ...each, image: wanted.image }));
  const deadline = clock.now() + wanted.timeoutMs;
  let answer = await call({ method: 'POST', path: `${path}/start`, apiVersion: API_VERSION, body: { containers } });
  while (!started.safeParse(answer.body).success) {
    if (answer.location === undefined || clock.now() > deadline)
      throw new Error(`${wanted.job} did not say what it started.`);
    await clock.pause(ROUND_MS);
    const followed = await call({ method: 'GET', path: answer.location, apiVersion: API_VERSION });
    answer = { ...followed, location: followed.location ?? answer.location };
  }
  const { name } = started.parse(answer.body);
  for (;;) {
    const { body } = await call({ method: 'GET', path: `${path}/executions/${name}`, apiVersion: API_VERSION });
    const found = execution.parse(body);
    const status = found.properties?.status ?? found.status ?? 'Unknown';
    if (status === 'Succeeded') return name;
    if (ENDED_BADLY.has(status)) throw new Error(`The execution ${name} of ${wanted.job} ended with ${status}.`);
    if (clock.now() > deadline) {
      throw new Error(`The execution ${name} of ${wanted.job} is ${status} after ${wanted.timeoutMs / 1_000} s.`);
    }
    await clock.pause(ROUND_MS);
  }
}
