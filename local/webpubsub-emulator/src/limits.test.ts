import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually, withEmulator } from './sdk.fixture.ts';

const MIB = 1024 * 1024;
const running = withEmulator({ maxConnections: 4, maxGroupsPerConnection: 2, maxBufferedBytes: 2 * MIB });
const RELIABLE = 'json.reliable.webpubsub.azure.v1';

async function open(url: string, options: object = {}): Promise<WebSocket> {
  const socket = new WebSocket(url, RELIABLE, options);
  await once(socket, 'open');
  return socket;
}

describe('the emulator', () => {
  it('takes no more connections than it may have, and takes one again when one has gone', async () => {
    const clients = await Promise.all([1, 2, 3, 4].map(() => running.connect()));
    const url = await running.clientUrl();
    await expect(open(url)).rejects.toThrow('Unexpected server response: 429');
    for (const { client } of clients) client.stop();
    await eventually(
      async () => !(await Promise.all(clients.map(({ id }) => running.service.connectionExists(id)))).some(Boolean),
    );
    (await open(url)).close();
  });

  it('lets a connection into no more groups than it may be in', async () => {
    const { client, id } = await running.connect({ roles: ['webpubsub.joinLeaveGroup'], groups: ['a'] });
    await client.joinGroup('b');
    await client.joinGroup('b');
    await expect(client.joinGroup('c')).rejects.toMatchObject({ errorDetail: { name: 'BadRequest' } });
    await expect(running.service.group('c').addConnection(id)).rejects.toMatchObject({ statusCode: 400 });
    await expect(open(await running.clientUrl({ groups: ['a', 'b', 'c'] }))).rejects.toThrow('400');
    await client.leaveGroup('a');
    await client.joinGroup('c');
    client.stop();
  });

  it('closes a client that sends a frame larger than 1 MiB, for good', async () => {
    const socket = await open(await running.clientUrl({ userId: 'large' }));
    const closed = once(socket, 'close');
    socket.on('error', () => {});
    socket.send(Buffer.alloc(MIB + 1, 'x').toString());
    const [code] = await closed;
    expect([1006, 1009]).toContain(code);
    await eventually(async () => !(await running.service.userExists('large')));
  });

  it('drops a client that does not read', async () => {
    const socket = await open(await running.clientUrl({ userId: 'slow' }));
    socket.pause();
    // What the kernel takes for a socket that nobody reads is a few MiB; then the emulator has to keep it.
    await eventually(async () => {
      await running.service.sendToUser('slow', 'x'.repeat(900 * 1024), { contentType: 'text/plain' });
      return !(await running.service.userExists('slow'));
    });
    socket.terminate();
  });

  it('cuts a socket that gives no sign of life, and pings one that is quiet', async () => {
    const silent = await open(await running.clientUrl({ userId: 'silent' }), { autoPong: false });
    const quiet = await open(await running.clientUrl({ userId: 'quiet' }));
    const cut = once(silent, 'close');
    const pinged = [once(silent, 'ping'), once(quiet, 'ping')];
    running.clock.push(16_000);
    await Promise.all(pinged);
    // The pong of the quiet one is taken in before what follows it, so its next ping is due after another 15 s.
    const answered = once(quiet, 'message');
    quiet.send('{"type":"ping"}');
    await answered;
    const again = once(quiet, 'ping');
    running.clock.push(16_000);
    await again;
    running.clock.push(16_000);
    expect((await cut)[0]).toBe(1006);
    expect(quiet.readyState).toBe(WebSocket.OPEN);
    expect(await running.service.userExists('silent')).toBe(true);
    running.clock.push(31_000);
    await eventually(async () => !(await running.service.userExists('silent')));
    quiet.close();
  });
});
