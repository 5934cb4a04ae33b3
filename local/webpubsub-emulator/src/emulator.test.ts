import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebPubSubServiceClient } from '@azure/web-pubsub';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { AccessKeyError } from './access-key.ts';
import { startEmulator } from './emulator.ts';
import { PortTakenError } from './listening.ts';

/** Starts an emulator, says where, closes it when told to, and then has nothing more to do. */
const EMBEDDING_PROGRAM = `
  import { startEmulator } from ${JSON.stringify(fileURLToPath(new URL('./index.ts', import.meta.url)))};
  const emulator = await startEmulator();
  console.log(emulator.connectionString);
  process.stdin.once('data', async () => {
    process.stdin.destroy();
    await emulator.close();
    console.log('closed');
  });
`;

describe('an emulator inside a process', () => {
  it('leaves nothing behind when closed: the process ends by itself, whatever clients were doing', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', EMBEDDING_PROGRAM], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [connectionString] = (await once(child.stdout, 'data')) as [Buffer];
    const service = new WebPubSubServiceClient(String(connectionString).trim(), 'h', { allowInsecureConnection: true });
    await service.sendToAll(1);
    const { url } = await service.getClientAccessToken();
    const socket = new WebSocket(url, 'json.reliable.webpubsub.azure.v1');
    const lost = new WebSocket(url, 'json.reliable.webpubsub.azure.v1');
    await Promise.all([once(socket, 'message'), once(lost, 'message')]);
    // A connection that waits for its client to come back must not keep the process either.
    lost.terminate();
    const disconnected = once(socket, 'close');
    const ended = once(child, 'exit');
    child.stdin.write('close\n');
    expect(await ended).toEqual([0, null]);
    await disconnected;
  });

  it('can be started many times side by side, each on its own port and with its own key', async () => {
    const emulators = await Promise.all([1, 2, 3].map(() => startEmulator()));
    expect(new Set(emulators.map(({ port }) => port)).size).toBe(3);
    expect(new Set(emulators.map(({ connectionString }) => connectionString.split('AccessKey=')[1])).size).toBe(3);
    await Promise.all(emulators.map((emulator) => emulator.close()));
  });

  it('frees its port when closed', async () => {
    const first = await startEmulator();
    const { port } = first;
    await expect(startEmulator({ port })).rejects.toThrow(PortTakenError);
    await first.close();
    await (await startEmulator({ port })).close();
  });

  it('can be closed twice', async () => {
    const emulator = await startEmulator();
    await Promise.all([emulator.close(), emulator.close()]);
  });

  it.each([
    ['too-short', 'must have at least 32 bytes; this one has 9'],
    [`${'x'.repeat(40)};`, 'printable ASCII without spaces and semicolons'],
    [`${'x'.repeat(40)} `, 'printable ASCII without spaces and semicolons'],
    ['ü'.repeat(40), 'printable ASCII without spaces and semicolons'],
  ])('refuses the access key %j', async (accessKey, message) => {
    const refused = startEmulator({ accessKey });
    await expect(refused).rejects.toThrow(AccessKeyError);
    await expect(refused).rejects.toThrow(message);
  });
});
