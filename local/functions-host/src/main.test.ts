import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { buildApp, removeApp } from '../testing/build-app.ts';
import { type HostProcess, runFailingHost, spawnHost, startHostProcess } from '../testing/host-process.ts';

const KEYS = JSON.stringify({ masterKey: 'master-key', functionKeys: { default: 'function-key' } });
const MASTER = { headers: { 'x-functions-key': 'master-key' } };

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function makeApp(...args: Parameters<typeof buildApp>): Promise<string> {
  const directory = await buildApp(...args);
  cleanUps.push(() => removeApp(directory));
  writeFileSync(path.join(directory, 'keys.json'), KEYS);
  return directory;
}

async function start(directory: string, options: Parameters<typeof startHostProcess>[1] = {}): Promise<HostProcess> {
  const keys = ['--keys', path.join(directory, 'keys.json')];
  const host = await startHostProcess(directory, { ...options, args: [...keys, ...(options.args ?? [])] });
  cleanUps.push(() => host.child.kill('SIGKILL'));
  return host;
}

const imports = "import { app } from '@azure/functions';\n";

describe('an app that cannot be served ends the process with a message and a code', () => {
  test.each<[string, string, string | RegExp]>([
    ['registers no function', 'export {};', 'No function was registered by index.js'],
    [
      'throws while it loads',
      "throw new Error('broken at load');",
      /unable to load entry point[\s\S]*broken at load\n\s+at .*broken\.ts:1/,
    ],
    [
      'registers two functions of one name',
      `${imports}app.http('same', { handler: () => ({}) }); app.http('same', { handler: () => ({}) });`,
      'A function with id "same" has already been registered.',
    ],
    [
      'names a setting that does not exist',
      `${imports}app.timer('tick', { schedule: '%NO_SUCH_SETTING%', handler: () => {} });`,
      'Function tick, binding option "schedule": %NO_SUCH_SETTING% does not resolve to a value',
    ],
    [
      'has a schedule that cannot be read',
      `${imports}app.timer('tick', { schedule: 'sometimes', handler: () => {} });`,
      "Function tick: The schedule expression 'sometimes' was not recognized",
    ],
    [
      'names a Service Bus connection that does not exist',
      `${imports}app.serviceBusQueue('work', { connection: 'MissingBus', queueName: 'q', handler: () => {} });`,
      "Service Bus connection 'MissingBus' does not exist. Make sure that it is a defined App Setting",
    ],
    [
      'has an output binding of another service',
      `${imports}import { output } from '@azure/functions';
       app.http('h', { extraOutputs: [output.storageQueue({ connection: 'c', queueName: 'q' })], handler: () => ({}) });`,
      'Function h has an output binding of type queue, which this host does not support',
    ],
    [
      'has a malformed route',
      `${imports}app.http('h', { route: 'a/{b', handler: () => ({}) });`,
      "Function h: The route template 'api/a/{b' has an unclosed brace",
    ],
    [
      'asks for HTTP streams',
      `${imports}app.setup({ enableHttpStream: true }); app.http('h', { handler: () => ({}) });`,
      'enableHttpStream: true }), which this host does not support',
    ],
  ])('when it %s', async (_what, source, message) => {
    const directory = await makeApp('broken', { source });
    const { code, output } = await runFailingHost(directory);
    expect(output).toMatch(message);
    expect(code).toBe(1);
  });

  test('when @azure/functions is a copy that does not reach the host', async () => {
    const directory = await makeApp('testMode', {
      source: `process.emit; const { app } = loadWithoutHost(); app.http('h', { handler: () => ({}) });
        function loadWithoutHost() {
          const Module = require('node:module');
          const original = Module.prototype.require;
          Module.prototype.require = function (id) { if (id === '@azure/functions-core') throw new Error('no host'); return original.call(this, id); };
          return require('@azure/functions');
        }`,
      format: 'cjs',
    });
    const { code, output } = await runFailingHost(directory);
    expect(output).toContain('runs in test mode');
    expect(code).toBe(1);
  });

  test('when main of package.json matches no file', async () => {
    const directory = await makeApp('http', { packageJson: { main: 'src/functions/*.js' } });
    const { code, output } = await runFailingHost(directory);
    expect(output).toContain('Found zero files matching the supplied pattern');
    expect(code).toBe(1);
  });

  test('when host.json is wrong, naming every fault', async () => {
    const hostJson = { version: '1.0', extensions: { http: { maxOutstandingRequests: 'many' } } };
    const directory = await makeApp('http', { hostJson });
    const { output } = await runFailingHost(directory, { env: { AzureFunctionsJobHost__functionTimeout: 'soon' } });
    expect(output).toContain('"version" is not valid: the property must be "2.0"');
    expect(output).toContain('"extensions.http.maxOutstandingRequests" is not valid: a whole number is expected');
    expect(output).toContain('"functionTimeout" is not valid: "soon" is not a time span');
  });

  test('when its port is taken', async () => {
    const directory = await makeApp('http');
    const first = await start(directory);
    const { port } = new URL(first.url);
    const { code, output } = await runFailingHost(directory, { args: ['--port', port] });
    expect(output).toContain(`Port ${port} is unavailable`);
    expect(code).toBe(1);
  });
});

describe('main of package.json', () => {
  test('is a pattern: each file it matches is loaded', async () => {
    const source = (name: string) =>
      `const { app } = require('@azure/functions'); app.http('${name}', { handler: () => ({ body: '${name}' }) });`;
    const directory = await makeApp('one', {
      source: source('one'),
      format: 'cjs',
      packageJson: { main: '{index,functions/*}.js' },
    });
    mkdirSync(path.join(directory, 'functions'));
    const other = await makeApp('two', { source: source('two'), format: 'cjs' });
    cleanUps.push(() => rmSync(other, { recursive: true, force: true }));
    // Both bundles bring their own copy of the library, as two files of one app may.
    writeFileSync(
      path.join(directory, 'functions', 'two.js'),
      await (await import('node:fs/promises')).readFile(path.join(other, 'index.js')),
    );
    const host = await start(directory);
    expect(await (await host.fetch('/api/one')).text()).toBe('one');
    expect(await (await host.fetch('/api/two')).text()).toBe('two');
  });
});

describe('limits', () => {
  test('requests above maxOutstandingRequests are answered 429 until one has ended', async () => {
    const hostJson = {
      version: '2.0',
      extensions: { http: { maxOutstandingRequests: 2 } },
      logging: { logLevel: { Function: 'Debug' } },
    };
    const host = await start(await makeApp('http', { hostJson }));
    const waiting = [host.fetch('/api/waits')];
    await host.untilOutput(/DEBUG waits started/);
    const blocked = host.fetch('/api/waits');
    await host.untilOutput(/(DEBUG waits started[\s\S]*){2}/);
    expect((await host.fetch('/api/nothing')).status).toBe(429);
    waiting.push(blocked);
    host.child.kill('SIGKILL');
    await Promise.allSettled(waiting);
  });

  test('a function that outruns functionTimeout fails its caller and ends the process for a restart', async () => {
    const hostJson = { version: '2.0', functionTimeout: '00:00:01' };
    const host = await start(await makeApp('http', { hostJson }));
    expect((await host.fetch('/api/waits')).status).toBe(500);
    expect(await host.exited()).toBe(75);
    expect(host.output()).toContain('Timeout value of 00:00:01 was exceeded by function waits');
  });
});

describe('the process', () => {
  test('lets running requests finish on SIGTERM, takes no new ones, runs appTerminate and exits with 0', async () => {
    const host = await start(
      await makeApp('http', { hostJson: { version: '2.0', logging: { logLevel: { Function: 'Debug' } } } }),
    );
    const waiting = host.fetch('/api/endsAfterSignal');
    await host.untilOutput('endsAfterSignal started');
    host.child.kill('SIGTERM');
    expect(await (await waiting).text()).toBe('finished after the signal');
    expect(await host.exited()).toBe(0);
    expect(host.output()).toContain('appTerminate ran');
  });

  test('ends when its parent disconnects', async () => {
    const host = await start(await makeApp('http'));
    host.child.disconnect();
    expect(await host.exited()).toBe(0);
  });

  test('dies of an error nobody caught, as the real worker does', async () => {
    const host = await start(await makeApp('http'));
    await host.fetch('/api/rejectsLater');
    expect(await host.exited()).toBe(70);
    expect(host.output()).toContain('nobody waits for this');
  });

  test('says nothing per request unless asked to', async () => {
    const host = await start(await makeApp('http'));
    const before = host.output();
    for (let i = 0; i < 20; i++) await host.fetch('/api/nothing');
    expect(host.output()).toBe(before);
  });

  test('with --watch replaces the app within a second of its rebuild, and recovers from a broken build', async () => {
    const source = (text: string) => `${imports}app.http('hello', { handler: () => ({ body: '${text}' }) });`;
    const directory = await makeApp('hello', { source: source('first') });
    const host = spawnHost(directory, { args: ['--watch'] });
    cleanUps.push(() => host.stop());
    const hello = async (nth: number) => {
      await host.untilOutput(new RegExp(`(ready on [\\s\\S]*){${nth}}`));
      const url = [...host.output().matchAll(/ready on (\S+)/g)].at(-1)?.[1];
      return (await fetch(`${url}/api/hello`)).text();
    };
    expect(await hello(1)).toBe('first');

    const changedAt = performance.now();
    await buildApp('hello', { source: source('second'), directory });
    expect(await hello(2)).toBe('second');
    // A second on an idle machine; the suite may share its two cores.
    expect(performance.now() - changedAt).toBeLessThan(5000);

    await buildApp('hello', { source: 'throw new Error("half done");', directory });
    await host.untilOutput('waiting for changes');
    await buildApp('hello', { source: source('third'), directory });
    expect(await hello(3)).toBe('third');
  });
});

describe('the admin API', () => {
  test('is open to the master key only, but for ping', async () => {
    const host = await start(await makeApp('http'));
    expect((await host.fetch('/admin/host/status')).status).toBe(401);
    expect((await host.fetch('/admin/host/status?code=function-key')).status).toBe(401);
    expect((await host.fetch('/admin/host/ping')).status).toBe(200);
    expect(await (await host.fetch('/admin/host/status', MASTER)).json()).toMatchObject({ state: 'Running' });
  });

  test('lists the functions with their URLs and bindings', async () => {
    const host = await start(await makeApp('http'), { env: { AzureWebJobs_switchedOff_Disabled: '1' } });
    const functions = await (await host.fetch('/admin/functions', MASTER)).json();
    expect(functions).toContainEqual(
      expect.objectContaining({
        name: 'orderById',
        isDisabled: false,
        invoke_url_template: `${host.url}/api/orders/{orderId:int}`,
      }),
    );
    expect(functions).toContainEqual(expect.objectContaining({ name: 'switchedOff', isDisabled: true }));
    expect(await (await host.fetch('/admin/functions/ECHO', MASTER)).json()).toMatchObject({ name: 'echo' });
  });

  test('runs a timer by hand, with its retries', async () => {
    const host = await start(await makeApp('timers'), { env: { YEARLY: '0 0 0 1 1 *' } });
    const run = (name: string, body: string) =>
      host.fetch(`/admin/functions/${name}`, { method: 'POST', body, ...MASTER });
    expect((await run('flaky', '{}')).status).toBe(202);
    await host.untilOutput(/flaky timer .*"retryCount":2,"maxRetryCount":3,"exception":\{"message":"attempt 2 fails"/);
    expect((await run('nobody', '{}')).status).toBe(404);
    expect((await run('yearly', 'no json')).status).toBe(400);
  });

  test('drains: no timer fires until it resumes', async () => {
    const host = await start(await makeApp('timers'), { env: { YEARLY: '0 0 0 1 1 *' } });
    await host.untilOutput('everySecond timer');
    expect((await host.fetch('/admin/host/drain', { method: 'POST', ...MASTER })).status).toBe(202);
    const status = async () => (await host.fetch('/admin/host/drain/status', MASTER)).json();
    await expect.poll(status).toEqual({ state: 'Completed', outstandingInvocations: 0, outstandingRetries: 0 });
    const fired = () => host.output().split('everySecond timer').length;
    const before = fired();
    expect((await host.fetch('/admin/host/resume', { method: 'POST', ...MASTER })).status).toBe(200);
    await expect.poll(fired, { timeout: 5000 }).toBeGreaterThan(before);
  });
});

describe('timers of a running host', () => {
  test('fire as past due at start when the stored status says so, and the status moves on', async () => {
    const directory = await makeApp('timers');
    const folder = path.join(directory, 'state', 'timers', 'Host.Functions.yearly');
    mkdirSync(folder, { recursive: true });
    const year = new Date().getFullYear();
    const last = new Date(year - 1, 0, 1).toISOString();
    const next = new Date(year, 0, 1).toISOString();
    writeFileSync(path.join(folder, 'status'), JSON.stringify({ Last: last, Next: next, LastUpdated: last }));
    const host = await start(directory, {
      env: { YEARLY: '0 0 0 1 1 *' },
      args: ['--state', path.join(directory, 'state')],
    });
    await host.untilOutput(
      `yearly timer {"schedule":{"adjustForDST":true},"scheduleStatus":{"last":"${last}","next":"${next}","lastUpdated":"${last}"},"isPastDue":true}`,
    );
    await host.untilOutput('onStartup timer');
    expect(await host.stop()).toBe(0);

    const again = await start(directory, {
      env: { YEARLY: '0 0 0 1 1 *' },
      args: ['--state', path.join(directory, 'state')],
    });
    await again.untilOutput('everySecond timer');
    expect(again.output()).not.toContain('yearly timer');
  });
});
