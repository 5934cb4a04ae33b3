import { writeFileSync } from 'node:fs';
import { request as nodeRequest } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { buildApp, removeApp } from '../../testing/build-app.ts';
import { type HostProcess, startHostProcess } from '../../testing/host-process.ts';

const KEYS = {
  masterKey: 'master-key',
  functionKeys: { default: 'function-key' },
  functions: { guarded: { own: 'own-key' }, adminOnly: { own: 'admin-own-key' } },
};

/** What the echo functions tell about the request they saw; other functions tell other things. */
const SEEN = {
  functionName: z.string().optional(),
  params: z.record(z.string(), z.string()).optional(),
  repeated: z.array(z.string()).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
  traceParent: z.string().optional(),
};
type Seen = z.infer<z.ZodObject<typeof SEEN>>;

describe.each(['esm', 'cjs'] as const)('an app bundled as %s', (format) => {
  let host: HostProcess;
  let directory: string;

  beforeAll(async () => {
    directory = await buildApp('http', {
      format,
      localSettings: { IsEncrypted: false, Values: { FROM_SETTINGS: 'file', ALREADY_SET: 'file' } },
      hostJson: { version: '2.0', extensions: { http: { customHeaders: { 'x-own': 'host', 'x-host': 'host' } } } },
    });
    const keysFile = path.join(directory, 'keys.json');
    writeFileSync(keysFile, JSON.stringify(KEYS));
    host = await startHostProcess(directory, {
      args: ['--keys', keysFile, '--cors', 'https://shop.example'],
      env: {
        ALREADY_SET: 'environment',
        FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '1000',
        'AzureWebJobs.switchedOff.Disabled': 'true',
      },
    });
  });

  afterAll(async () => {
    await host?.stop();
    removeApp(directory);
  });

  const json = async (target: string, init?: RequestInit): Promise<Seen> =>
    z.looseObject(SEEN).parse(await (await host.fetch(target, init)).json());
  const status = async (target: string, init?: RequestInit) => (await host.fetch(target, init)).status;

  describe('requests', () => {
    test('reach the function with method, headers in lower case, params and body', async () => {
      const seen = await json('/api/echo/7?x=1', { method: 'POST', body: '{"a":1}', headers: { 'X-Test': 'Yes' } });
      expect(seen).toMatchObject({
        functionName: 'echo',
        method: 'POST',
        params: { id: '7' },
        query: { x: '1' },
        body: '{"a":1}',
        url: `${host.url}/api/echo/7?x=1`,
      });
      expect(seen.headers).toMatchObject({ 'x-test': 'Yes', 'content-type': 'text/plain;charset=UTF-8' });
    });

    test('give repeated query keys as one value joined by a comma, as the real host does', async () => {
      expect((await json('/api/echo?q=1&q=2')).repeated).toEqual(['1,2']);
    });

    test('keep the trace of the caller and get one when the caller has none', async () => {
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      expect((await json('/api/echo', { headers: { traceparent } })).traceParent).toBe(traceparent);
      expect((await json('/api/echo')).traceParent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    });

    test('may stream their body in chunks', async () => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('in '));
          controller.enqueue(new TextEncoder().encode('pieces'));
          controller.close();
        },
      });
      const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
      expect((await json('/api/echo', init)).body).toBe('in pieces');
    });

    test('carry bytes both ways unchanged', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      const answer = await host.fetch('/api/bytes', { method: 'POST', body: bytes });
      expect(answer.headers.get('content-type')).toBe('image/png');
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
    });

    test('with a body above the limit are refused with 413, whether or not they say how long they are', async () => {
      const large = 'x'.repeat(5000);
      expect(await status('/api/echo', { method: 'POST', body: large })).toBe(413);
      const init: RequestInit & { duplex: 'half' } = {
        method: 'POST',
        body: new Blob([large]).stream(),
        duplex: 'half',
      };
      expect(await status('/api/echo', init)).toBe(413);
      expect(await status('/api/echo', { method: 'POST', body: 'x'.repeat(1000) })).toBe(200);
    });

    test('with a malformed Host header are refused with 400', async () => {
      const { port } = new URL(host.url);
      const answer = await new Promise<number | undefined>((resolve, reject) => {
        nodeRequest({ port, path: '/api/echo', headers: { host: 'a b/c' } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
      expect(answer).toBe(400);
    });
  });

  describe('routes', () => {
    test('are matched without regard to case and to a trailing slash', async () => {
      expect(await status('/API/Echo/1')).toBe(200);
      expect(await status('/api/echo/1/')).toBe(200);
    });

    test('answer 404 for an unknown path, a method not listed and a value that fails its constraint', async () => {
      expect(await status('/api/unknown')).toBe(404);
      expect(await status('/api/orders/5', { method: 'DELETE' })).toBe(404);
      expect(await status('/api/orders/five')).toBe(404);
      expect(await status('/api/orders/5')).toBe(200);
    });

    test('leave out optional values, fill in defaults and catch all of a path', async () => {
      expect((await json('/api/echo')).params).toEqual({});
      expect((await json('/api/page')).params).toEqual({ number: '1' });
      expect((await json('/api/rest/a/b%20c')).params).toEqual({ path: 'a/b c' });
      expect((await json('/api/orders/list.csv')).params).toEqual({ name: 'list', extension: 'csv' });
    });

    test('are tried in the order of function names, so a parameter may hide a literal', async () => {
      expect((await json('/api/greedy/literal')).functionName).toBe('aGreedy');
    });

    test('default to the function name and answer GET and POST', async () => {
      expect(await status('/api/unnamedRoute')).toBe(200);
      expect(await status('/api/unnamedRoute', { method: 'PUT' })).toBe(404);
    });

    test('of a disabled function do not exist', async () => {
      expect(await status('/api/switchedOff')).toBe(404);
    });
  });

  describe('responses', () => {
    test('are 204 when the function returns nothing', async () => {
      expect(await status('/api/nothing')).toBe(204);
    });

    test('are an empty 500 when the function throws or returns no response, and the log has the mapped stack', async () => {
      const answer = await host.fetch('/api/throws');
      expect([answer.status, await answer.text()]).toEqual([500, '']);
      expect(await status('/api/badResult')).toBe(500);
      await host.untilOutput(
        /ERROR throws failed .*the inside must not be seen\n\s+at handler \(.*fixtures\/http\.ts:\d+/,
      );
    });

    test('carry status, headers and cookies, and host.json headers only where the function set none', async () => {
      const answer = await host.fetch('/api/rich');
      expect(answer.status).toBe(201);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        location: '/somewhere',
        'x-own': 'mine',
        'x-host': 'host',
      });
      expect(answer.headers.getSetCookie()).toEqual([
        'a=b%20c; max-age=60; path=/; secure; samesite=strict; httponly',
        'plain=1; path=/',
      ]);
    });
  });

  describe('keys', () => {
    const withKey = (key: string) => ({ headers: { 'x-functions-key': key } });

    test('open a function of level function: its own, a host key and the master key', async () => {
      for (const key of ['own-key', 'function-key', 'master-key'])
        expect(await status('/api/guarded', withKey(key))).toBe(200);
      expect(await status('/api/guarded?code=function-key')).toBe(200);
    });

    test('that are missing, wrong or of another function are answered with an empty 401', async () => {
      const answer = await host.fetch('/api/guarded');
      expect([answer.status, await answer.text()]).toEqual([401, '']);
      expect(await status('/api/guarded', withKey('admin-own-key'))).toBe(401);
    });

    test('in the header win over the query', async () => {
      expect(await status('/api/guarded?code=function-key', withKey('wrong'))).toBe(401);
      expect(await status('/api/guarded?code=wrong', withKey('function-key'))).toBe(200);
    });

    test('other than the master key do not open a function of level admin', async () => {
      expect(await status('/api/adminOnly', withKey('function-key'))).toBe(401);
      expect(await status('/api/adminOnly', withKey('admin-own-key'))).toBe(401);
      expect(await status('/api/adminOnly', withKey('master-key'))).toBe(200);
    });
  });

  describe('CORS', () => {
    test('answers a preflight of a listed origin for any method and header', async () => {
      const answer = await host.fetch('/api/echo', {
        method: 'OPTIONS',
        headers: {
          origin: 'https://shop.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'x-functions-key',
        },
      });
      expect(answer.status).toBe(204);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'access-control-allow-origin': 'https://shop.example',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'x-functions-key',
      });
    });

    test('marks answers for a listed origin, failures included, and for no other', async () => {
      const from = (origin: string) => ({ headers: { origin } });
      const failed = await host.fetch('/api/throws', from('https://shop.example'));
      expect(failed.headers.get('access-control-allow-origin')).toBe('https://shop.example');
      const other = await host.fetch('/api/echo', from('https://evil.example'));
      expect(other.headers.get('access-control-allow-origin')).toBeNull();
    });
  });

  test('the app runs in its own directory with the settings of local.settings.json, the environment winning', async () => {
    expect(await json('/api/environment')).toEqual({
      cwd: directory,
      environment: 'Development',
      fromSettings: 'file',
      alreadySet: 'environment',
    });
  });

  test('context.log is printed with the function name, from Information on', async () => {
    await host.fetch('/api/logs');
    await host.untilOutput(/\d\d:\d\d:\d\d\.\d{3} ERROR logs wrong in the app/);
    expect(host.output()).toMatch(/INFO {2}logs said by the app/);
    expect(host.output()).not.toContain('too quiet to be seen');
  });
});
