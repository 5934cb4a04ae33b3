import { connect } from 'node:net';
import { WebPubSubServiceClient } from '@azure/web-pubsub';
import { describe, expect, it } from 'vitest';
import { freePortBase } from '../../../tests/system/free-ports.ts';
import { HELP, readCommandLine } from './command-line.ts';
import { startEmulator } from './emulator.ts';
import { spawnEmulator } from './process.fixture.ts';

const KEY = 'k'.repeat(40);

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function hasIpv6(): Promise<boolean> {
  const emulator = await startEmulator({ host: '::1' }).catch(() => undefined);
  await emulator?.close();
  return emulator !== undefined;
}

describe('the command line', () => {
  it('has defaults', () => {
    const defaults = { port: 8085, host: '127.0.0.1', accessKey: undefined, maxConnections: 1000 };
    expect(readCommandLine([], {})).toEqual(defaults);
    expect(readCommandLine([], { WEBPUBSUB_ACCESS_KEY: '' })).toEqual(defaults);
  });

  it('takes the access key from the environment, and rather from its option', () => {
    expect(readCommandLine([], { WEBPUBSUB_ACCESS_KEY: 'a' })).toMatchObject({ accessKey: 'a' });
    expect(readCommandLine(['--access-key', 'b'], { WEBPUBSUB_ACCESS_KEY: 'a' })).toMatchObject({ accessKey: 'b' });
  });

  it('has help', () => {
    expect(readCommandLine(['--help'], {})).toBe('help');
    for (const option of ['port', 'host', 'access-key', 'max-connections']) expect(HELP).toContain(`--${option}`);
  });

  it.each([
    [['--port', 'x'], "--port must be a number from 0 to 65535, not 'x'."],
    [['--port', '65536'], "--port must be a number from 0 to 65535, not '65536'."],
    [['--max-connections', '0'], "--max-connections must be a number from 1 to 100000, not '0'."],
    [['--colour'], "Unknown option '--colour'"],
  ])('refuses %j', (args, message) => {
    expect(() => readCommandLine(args, {})).toThrow(message);
  });
});

describe('the process', () => {
  it('says when it is ready, listens on both loopback addresses and stops cleanly on SIGTERM', async () => {
    const port = await freePortBase();
    const emulator = await spawnEmulator(['--port', String(port)], { WEBPUBSUB_ACCESS_KEY: KEY });
    expect(emulator.ready).toBe(`listening on http://127.0.0.1:${port}`);
    const service = new WebPubSubServiceClient(`Endpoint=http://localhost:${port};AccessKey=${KEY};Version=1.0;`, 'h', {
      allowInsecureConnection: true,
    });
    await service.sendToAll({ a: 1 });
    expect(await canConnect('127.0.0.1', port)).toBe(true);
    expect(await canConnect('::1', port)).toBe(await hasIpv6());
    expect(await emulator.end('SIGTERM')).toBe(0);
    expect(await canConnect('127.0.0.1', port)).toBe(false);
  });

  it('shows a connection string when it had to make a key', async () => {
    const emulator = await spawnEmulator(['--port', '0']);
    expect(emulator.ready).toMatch(
      /\nconnection string: Endpoint=http:\/\/127\.0\.0\.1:\d+;AccessKey=\S{44};Version=1\.0;$/,
    );
    expect(await emulator.end('SIGINT')).toBe(0);
  });

  it('ends with code 1 and one clear message', async () => {
    const other = await startEmulator();
    const cases: [string[], RegExp][] = [
      [['--port', String(other.port)], /exit code 1: \S+ Port \d+ on 127\.0\.0\.1 is already in use[^\n]*$/],
      [['--port', '0', '--access-key', 'short'], /exit code 1: \S+ The access key must have at least 32 bytes[^\n]*$/],
      [['--port', 'x'], /exit code 1: \S+ --port must be a number[^\n]*$/],
    ];
    await Promise.all(cases.map(([args, message]) => expect(spawnEmulator(args)).rejects.toThrow(message)));
    await other.close();
  });
});
