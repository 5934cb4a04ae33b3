import { expect, test } from 'vitest';
import { runRolesJob } from './database-roles.ts';
import { type GivenAnswer, type HeardCall, startResourceManager } from './resource-manager.fixture.ts';

const wanted = { job: 'job-roles', image: 'registry.azurecr.io/grpc:new', timeoutMs: 60_000 };
const path = '/providers/Microsoft.App/jobs/job-roles';
const container = {
  name: 'database-roles',
  image: 'placeholder',
  command: ['node', 'database-roles.js'],
  env: [{ name: 'DATABASE_ROLES', value: '[]' }],
  resources: { cpu: 0.25, memory: '0.5Gi' },
};
const definition = { properties: { template: { containers: [container] } } };

/** The job as it is defined, a start, and an execution that goes through these states. */
const startJobWith = (states: readonly string[], start: GivenAnswer = { body: { name: 'run-1' } }) => {
  const left = [...states];
  return startResourceManager(({ method, path: asked }: HeardCall) => {
    if (method === 'POST') return start;
    if (asked === path) return { body: definition };
    if (asked.endsWith('/operations/1')) return { body: { name: 'run-1' } };
    return { body: { name: 'run-1', properties: { status: left.length > 1 ? left.shift() : left[0] } } };
  });
};

test('the job runs with the image just deployed and all else as it is defined, and is waited for', async () => {
  const { call, clock, heard } = await startJobWith(['Processing', 'Running', 'Succeeded']);
  expect(await runRolesJob(call, wanted, clock)).toBe('run-1');
  const start = heard.find(({ method }) => method === 'POST');
  expect(start).toMatchObject({ path: `${path}/start`, body: { containers: [{ ...container, image: wanted.image }] } });
  expect(heard.filter(({ path: asked }) => asked === `${path}/executions/run-1`)).toHaveLength(3);
});

test('a start that is only accepted is followed to the execution it made', async () => {
  const { call, clock } = await startResourceManager(({ method, path: asked }) => {
    if (asked === path) return { body: definition };
    if (method === 'POST') return { status: 202, headers: { location: `${endpoint.url}/operations/1` } };
    if (asked.endsWith('/operations/1')) return { body: { name: 'run-1' } };
    return { body: { properties: { status: 'Succeeded' } } };
  }).then((arm) => {
    endpoint.url = arm.endpoint;
    return arm;
  });
  expect(await runRolesJob(call, wanted, clock)).toBe('run-1');
});
const endpoint = { url: '' };

test.each(['Failed', 'Stopped', 'Degraded'])('an execution that ended with %s is an error', async (state) => {
  const { call, clock } = await startJobWith(['Running', state]);
  await expect(runRolesJob(call, wanted, clock)).rejects.toThrow(`run-1 of job-roles ended with ${state}`);
});

test('an execution that never ends is given up when its time is over', async () => {
  const { call, clock } = await startJobWith(['Running']);
  await expect(runRolesJob(call, wanted, clock)).rejects.toThrow('is Running after 60 s');
});
