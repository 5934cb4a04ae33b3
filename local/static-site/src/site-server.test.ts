import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { makeSiteServer } from './site-server.ts';

const script = `console.log('${'shop '.repeat(400)}');`;
const rules = {
  routes: [{ route: '/assets/*', headers: { 'Cache-Control': 'public, max-age=31536000, immutable' } }],
  navigationFallback: { rewrite: '/index.html', exclude: ['/assets/*', '/*.{png,txt}'] },
  globalHeaders: {
    'Content-Security-Policy': "connect-src 'self' {{connect-src}}",
    'x-content-type-options': 'nosniff',
  },
  mimeTypes: { '.shop': 'application/x-shop' },
  responseOverrides: { '404': { rewrite: '/index.html' } },
};

let outside: string;
let site: string;
let port: number;
let close: () => Promise<unknown>;

beforeAll(async () => {
  outside = mkdtempSync(join(tmpdir(), 'valerix-site-'));
  site = join(outside, 'dist');
  mkdirSync(join(site, 'assets'), { recursive: true });
  mkdirSync(join(site, 'folder'));
  writeFileSync(join(outside, 'secret.txt'), 'secret');
  writeFileSync(join(outside, 'dist-of-another'), 'secret');
  symlinkSync(join(outside, 'secret.txt'), join(site, 'link.txt'));
  writeFileSync(join(site, 'index.html'), '<!doctype html><title>Shop</title>');
  writeFileSync(join(site, 'assets/shop-4711.js'), script);
  writeFileSync(join(site, 'assets/two words.css'), 'a{}');
  writeFileSync(join(site, 'goods.shop'), 'goods');
  ({ port, close } = await serve(rules));
});
afterAll(async () => {
  await close();
  rmSync(outside, { recursive: true });
});

async function serve(wanted: unknown) {
  writeFileSync(join(site, 'staticwebapp.config.json'), JSON.stringify(wanted));
  const config = { orderUrl: 'http://127.0.0.1:7071', inventoryUrl: 'http://127.0.0.1:7072' };
  const connectSrc = 'http://127.0.0.1:7071 ws://127.0.0.1:8085';
  const server = await makeSiteServer({ directory: site, config, connectSrc });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      return once(server.close(), 'close');
    },
  };
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
}

/** Asks for the path exactly as written, which `fetch` would tidy up first. */
async function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const request = httpRequest({ host: '127.0.0.1', port, path, method, headers }).end();
  const [response] = await once(request, 'response');
  const chunks = await response.toArray();
  return { status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks) };
}
const text = async (path: string) => String((await get(path)).bytes);

test('a file comes with its type, its cache rule and the headers that hold everywhere', async () => {
  const page = await get('/');
  expect(page).toMatchObject({
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "connect-src 'self' http://127.0.0.1:7071 ws://127.0.0.1:8085",
    },
  });
  const asset = await get('/assets/shop-4711.js?v=1');
  expect(asset.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
  });
  expect((await get('/assets/two%20words.css')).headers['content-type']).toBe('text/css; charset=utf-8');
  expect((await get('/goods.shop')).headers['content-type']).toBe('application/x-shop');
});

test('where the services are is made for this run', async () => {
  const { status, headers, bytes } = await get('/config.json');
  expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
  expect(JSON.parse(String(bytes))).toEqual({
    orderUrl: 'http://127.0.0.1:7071',
    inventoryUrl: 'http://127.0.0.1:7072',
  });
});

test('an address inside the app answers with the app', async () => {
  for (const path of ['/orders/4711', '/orders/', '/folder', '/folder/', '/a.b/c']) {
    expect(await get(path)).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
  }
});

test('a missing file stays missing, shows the page for it and is not kept', async () => {
  for (const path of ['/assets/shop-0815.js', '/logo.png']) {
    const { status, headers, bytes } = await get(path);
    expect([status, headers['cache-control'], headers.etag]).toEqual([404, 'no-store', undefined]);
    expect(String(bytes)).toContain('<title>Shop</title>');
  }
});

test('nothing outside the site and not its rules can be read', async () => {
  const ways = [
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '/../dist-of-another',
    '/..%2fdist-of-another',
    '/link.txt',
    '/secret.txt%00.html',
    '//secret.txt',
    '/staticwebapp.config.json',
    '/assets/..%2fstaticwebapp.config.json',
  ];
  for (const way of ways) {
    const { bytes } = await get(way);
    expect(String(bytes), way).not.toMatch(/secret|globalHeaders/);
  }
  expect((await get('/%zz')).status).toBe(400);
});

test('text is compressed as the browser likes it, and what it has already is not sent again', async () => {
  const brotli = await get('/assets/shop-4711.js', { 'accept-encoding': 'gzip, deflate, br' });
  expect(brotli.headers['content-encoding']).toBe('br');
  expect(String(brotliDecompressSync(brotli.bytes))).toBe(script);
  const zipped = await get('/assets/shop-4711.js', { 'accept-encoding': 'gzip, br;q=0' });
  expect(zipped.headers['content-encoding']).toBe('gzip');
  expect(String(gunzipSync(zipped.bytes))).toBe(script);
  const plain = await get('/assets/shop-4711.js');
  expect(plain.headers).not.toHaveProperty('content-encoding');
  expect(plain.headers.etag).toBe(brotli.headers.etag);
  const again = await get('/assets/shop-4711.js', { 'if-none-match': `"other", ${plain.headers.etag}` });
  expect([again.status, again.bytes.length]).toEqual([304, 0]);
});

test('HEAD tells the length without the body, and no other method is known', async () => {
  const head = await get('/assets/shop-4711.js', {}, 'HEAD');
  expect(head).toMatchObject({ status: 200, headers: { 'content-length': String(script.length) } });
  expect(head.bytes).toHaveLength(0);
  expect(await get('/', {}, 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
});

test('a new build is served without a restart', async () => {
  writeFileSync(join(site, 'changing.html'), 'first');
  expect(await text('/changing.html')).toBe('first');
  writeFileSync(join(site, 'changing.html'), 'second one');
  expect(await text('/changing.html')).toBe('second one');
});

test('rules that Azure knows and this server does not are refused, not ignored', async () => {
  const wanted = { ...rules, routes: [{ route: '/admin', allowedRoles: ['admin'] }] };
  await expect(serve(wanted)).rejects.toThrow(/asks for what this server does not do/);
  onTestFinished(() => writeFileSync(join(site, 'staticwebapp.config.json'), JSON.stringify(rules)));
});
