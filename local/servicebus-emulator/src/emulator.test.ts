import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import rhea from 'rhea';
import { describe, expect, it } from 'vitest';
import { startEmulator } from './emulator.ts';
import { PortTakenError } from './listening.ts';
import { configOf, queue } from './sdk.fixture.ts';

const config = configOf({ Queues: [queue('q'), queue('s', { RequiresSession: true })] });

/** Starts an emulator, says where, closes it when told to, and then has nothing more to do. */
const EMBEDDING_PROGRAM = `
  import { startEmulator } from ${JSON.stringify(fileURLToPath(new URL('./index.ts', import.meta.url)))};
  const emulator = await startEmulator({ config: ${JSON.stringify(config)}, adminPort: 0 });
  console.log(emulator.port);
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
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    // Not the SDK: it would try to come back.
    const connection = rhea.create_container().connect({ port: Number(port), host: '127.0.0.1', reconnect: false });
    const sender = connection.open_sender('q');
    await once(sender, 'sendable');
    sender.send({ body: 'x' });
    await once(connection.open_receiver({ source: 'q', autoaccept: false }), 'message');
    const nextSession = { 'com.microsoft:session-filter': null };
    connection.open_receiver({ source: { address: 's', filter: nextSession } });
    const disconnected = once(connection, 'disconnected');
    const ended = once(child, 'exit');
    child.stdin.write('close\n');
    expect(await ended).toEqual([0, null]);
    await disconnected;
  });

  it('can be started many times side by side, each on its own port', async () => {
    const emulators = await Promise.all([1, 2, 3].map(() => startEmulator({ config })));
    expect(new Set(emulators.map((emulator) => emulator.port)).size).toBe(3);
    await Promise.all(emulators.map((emulator) => emulator.close()));
  });

  it('frees its port when closed, also when it did not get all of its ports', async () => {
    const first = await startEmulator({ config });
    const { port } = first;
    await expect(startEmulator({ config, port })).rejects.toThrow(PortTakenError);
    await first.close();
    const taken = await startEmulator({ config, port: 0 });
    await expect(startEmulator({ config, port, adminPort: taken.port })).rejects.toThrow(PortTakenError);
    const again = await startEmulator({ config, port });
    await Promise.all([taken.close(), again.close()]);
  });

  it('can be closed twice', async () => {
    const emulator = await startEmulator({ config });
    await emulator.close();
    await emulator.close();
  });
});
