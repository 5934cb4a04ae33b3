import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { makeResourceManager, type ResourceManager } from './resource-manager.ts';

export interface HeardCall {
  readonly method: string;
  readonly path: string;
  readonly apiVersion: string | null;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

export interface GivenAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface FakeResourceManager {
  readonly call: ResourceManager;
  readonly endpoint: string;
  readonly heard: readonly HeardCall[];
  /** What it was told to wait, in milliseconds. */
  readonly pauses: readonly number[];
  readonly clock: { now(): number; pause(ms: number): Promise<void> };
}

const GROUP = '/subscriptions/sub-1/resourceGroups/rg-shop';

/** Speaks HTTP as Azure Resource Manager does; the test says what it answers. Time passes only in pauses. */
export async function startResourceManager(answer: (call: HeardCall) => GivenAnswer): Promise<FakeResourceManager> {
  const heard: HeardCall[] = [];
  const pauses: number[] = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://arm');
    const text = Buffer.concat(chunks).toString();
    const call = {
      method: request.method ?? '',
      path: pathname.replace(GROUP, ''),
      apiVersion: searchParams.get('api-version'),
      authorization: request.headers.authorization,
      body: text === '' ? undefined : JSON.parse(text),
    };
    heard.push(call);
    const { status = 200, headers = {}, body } = answer(call);
    response.writeHead(status, headers).end(body === undefined ? '' : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = {
    now: () => pauses.reduce((sum, ms) => sum + ms, 0),
    pause: async (ms: number) => {
      pauses.push(ms);
    },
  };
  const call = makeResourceManager({
    subscriptionId: 'sub-1',
    resourceGroup: 'rg-shop',
    token: async () => 'the-token',
    pause: clock.pause,
    endpoint,
  });
  return { call, endpoint, heard, pauses, clock };
}
