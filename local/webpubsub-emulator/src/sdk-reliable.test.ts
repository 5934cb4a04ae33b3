import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CuttableProxy, startCuttableProxy } from './cuttable-proxy.fixture.ts';
import { eventually, type HeardClient, type TokenOptions, withEmulator } from './sdk.fixture.ts';

const running = withEmulator();
let proxy: CuttableProxy;

beforeAll(async () => {
  proxy = await startCuttableProxy(running.emulator.port);
});

afterAll(() => proxy.close());

const connect = (token: TokenOptions, reliable = true): Promise<HeardClient> =>
  running.connect(token, { reliable, endpoint: proxy.endpoint });

const numbers = (client: HeardClient): unknown[] => client.group.map(({ data }) => data);
const upTo = (count: number): number[] => [...Array(count).keys()];
const isThere = (client: HeardClient): Promise<boolean> => running.service.connectionExists(client.id);

describe('a reliable client whose socket is cut', () => {
  it('comes back as itself and gets every message once and in order', async () => {
    const client = await connect({ groups: ['stream'] });
    const group = running.service.group('stream');
    for (let sent = 0; sent < 250; sent++) {
      // Messages 60 to 69 of each 125 are sent, and lost on their way.
      if (sent % 125 === 60) proxy.lose();
      if (sent % 125 === 70) proxy.cut();
      await group.sendToAll(sent);
    }
    await eventually(() => client.group.length >= 250);
    expect(numbers(client)).toEqual(upTo(250));
    expect(client.group.map(({ sequenceId }) => sequenceId)).toEqual(upTo(250).map((sent) => sent + 1));
    expect(client.connected).toHaveLength(1);
    expect(client.disconnected).toEqual([]);
    expect(client.tokens).toBe(1);
  });

  it('gets what was sent while it was away, and stays in the groups that it joined', async () => {
    const client = await connect({ roles: ['webpubsub.joinLeaveGroup'] });
    await client.client.joinGroup('joined');
    proxy.interrupt();
    for (const sent of upTo(20)) await running.service.group('joined').sendToAll(sent);
    expect(await isThere(client)).toBe(true);
    proxy.restore();
    await eventually(() => client.group.length === 20);
    expect(numbers(client)).toEqual(upTo(20));
    expect(client.connected).toHaveLength(1);
    await running.service.group('joined').sendToAll(20);
    await eventually(() => client.group.length === 21);
  });

  it('comes back although the token of its URL has expired meanwhile', async () => {
    const client = await connect({ groups: ['expiring'], expirationTimeInMinutes: 1 });
    running.clock.push(60 * 60_000);
    proxy.cut();
    await running.service.group('expiring').sendToAll('still');
    await eventually(() => client.group.length === 1);
    expect(client.connected).toHaveLength(1);
  });

  it('gets nothing twice that it has acknowledged, however often it is cut', async () => {
    const client = await connect({ groups: ['often'] });
    for (const round of upTo(4)) {
      await running.service.group('often').sendToAll(2 * round);
      proxy.cut();
      await running.service.group('often').sendToAll(2 * round + 1);
      await eventually(() => client.group.length === 2 * (round + 1));
    }
    expect(numbers(client)).toEqual(upTo(8));
    expect(client.connected).toHaveLength(1);
  });

  it('is given up after 30 s: it is a new connection then, and rejoins its groups', async () => {
    const client = await connect({ roles: ['webpubsub.joinLeaveGroup'] });
    const first = client.id;
    await client.client.joinGroup('late');
    proxy.interrupt();
    await running.service.group('late').sendToAll('lost');
    running.clock.push(29_000);
    expect(await running.service.connectionExists(first)).toBe(true);
    running.clock.push(2_000);
    await eventually(async () => !(await running.service.connectionExists(first)));
    proxy.restore();
    await eventually(() => client.connected.length === 2);
    expect(client.id).not.toBe(first);
    expect(client.disconnected).toHaveLength(1);
    await running.service.group('late').sendToAll('heard');
    await eventually(() => client.group.length === 1);
    expect(numbers(client)).toEqual(['heard']);
  });

  it('is a new connection when more was sent meanwhile than is kept, since a gap would go unseen', async () => {
    const sender = await running.connect({ roles: ['webpubsub.sendToGroup.flood'] });
    const client = await connect({ groups: ['flood'] });
    const first = client.id;
    proxy.interrupt();
    await eventually(() => proxy.connectionCount === 0);
    for (const sent of upTo(1000)) {
      void sender.client.sendToGroup('flood', sent, 'json', { fireAndForget: true });
    }
    await sender.client.sendToGroup('elsewhere', 1, 'json').catch(() => {});
    expect(await running.service.connectionExists(first)).toBe(true);
    await sender.client.sendToGroup('flood', 1000, 'json');
    expect(await running.service.connectionExists(first)).toBe(false);
    proxy.restore();
    await eventually(() => client.connected.length === 2);
    expect(client.group).toEqual([]);
  });

  it('is a new connection when it was cut in a stream too fast to acknowledge', async () => {
    const sender = await running.connect({ roles: ['webpubsub.sendToGroup.fast'] });
    const client = await connect({ groups: ['fast'] });
    // The SDK acknowledges once a second. With more than 1,000 messages in between, the oldest are no longer kept.
    await eventually(async () => {
      const before = client.group.length;
      for (let sent = 0; sent < 3000; sent++) {
        void sender.client.sendToGroup('fast', sent, 'json', { fireAndForget: true });
      }
      await eventually(() => client.group.length === before + 3000);
      proxy.cut();
      await sender.client.sendToGroup('fast', 'after the cut', 'json');
      await eventually(() => client.group.at(-1)?.data === 'after the cut' || client.connected.length > 1);
      return client.connected.length > 1;
    });
    await running.service.group('fast').sendToAll('to the new one');
    await eventually(() => client.group.at(-1)?.data === 'to the new one');
    expect(client.disconnected).toHaveLength(1);
  });
});

describe('a connection that ends for good', () => {
  it('ends at once when its client stops', async () => {
    const client = await connect({ groups: ['stopping'] });
    client.client.stop();
    await eventually(() => client.stopped === 1);
    await eventually(async () => !(await isThere(client)));
  });

  it('ends at once when a client that is not reliable is cut; that one comes back as another', async () => {
    const client = await connect({ groups: ['plain'] }, false);
    const first = client.id;
    proxy.cut();
    await eventually(() => client.connected.length === 2);
    expect(await running.service.connectionExists(first)).toBe(false);
    expect(client.disconnected).toHaveLength(1);
  });

  it('is refused to a client that wants to recover it, which then gets a new one without delay', async () => {
    const client = await connect({ userId: 'kicked' });
    const first = client.id;
    await running.service.closeConnection(first, { reason: 'kicked out' });
    // After a refused handshake the SDK would try again for 30 s, which is longer than this waits.
    await eventually(() => client.connected.length === 2);
    expect(client.disconnected[0]).toMatchObject({ connectionId: first, message: { message: 'kicked out' } });
    expect(client.tokens).toBe(2);
  });
});
