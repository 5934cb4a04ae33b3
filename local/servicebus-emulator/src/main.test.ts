import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePortBase } from '../../../tests/system/free-ports.ts';
import { HELP, readCommandLine } from './command-line.ts';
import { startEmulator } from './emulator.ts';
import { spawnEmulator } from './process.fixture.ts';
import { configOf, queue } from './sdk.fixture.ts';

let directory: string;
let config: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'emulator-'));
  config = path.join(directory, 'Config.json');
  writeFileSync(config, JSON.stringify(configOf({ Queues: [queue('q')] })));
});

afterAll(() => rmSync(directory, { recursive: true }));

const at = (name: string): string => path.join(directory, name);

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

describe('the command line', () => {
  it('has defaults', () => {
    expect(readCommandLine(['--config', 'c.json'])).toEqual({
      config: 'c.json',
      port: 5672,
      adminPort: 5300,
      host: '127.0.0.1',
      dataDir: undefined,
      sync: 'write',
    });
  });

  it('has help', () => {
    expect(readCommandLine(['--help'])).toBe('help');
    for (const option of ['config', 'port', 'admin-port', 'host', 'data', 'sync'])
      expect(HELP).toContain(`--${option}`);
  });

  it.each([
    [[], '--config FILE is missing'],
    [['--config', 'c', '--port', 'x'], "--port must be a port from 0 to 65535, not 'x'."],
    [['--config', 'c', '--admin-port', '70000'], "--admin-port must be a port from 0 to 65535, not '70000'."],
    [['--config', 'c', '--sync', 'maybe'], "--sync must be none, write or fsync, not 'maybe'."],
    [['--config', 'c', '--colour'], "Unknown option '--colour'"],
  ])('refuses %j', (args, message) => {
    expect(() => readCommandLine(args)).toThrow(message);
  });
});

describe('the process', () => {
  it('says when it is ready, listens on both loopback addresses and stops cleanly on SIGTERM', async () => {
    const port = await freePortBase();
    const emulator = await spawnEmulator(['--config', config, '--port', String(port), '--admin-port', '0']);
    expect(emulator.ready).toBe(`listening on amqp://127.0.0.1:${port}`);
    expect(await canConnect('127.0.0.1', port)).toBe(true);
    expect(await canConnect('::1', port)).toBe(await hasIpv6());
    expect(await emulator.end('SIGTERM')).toBe(0);
    expect(await canConnect('127.0.0.1', port)).toBe(false);
  });

  it('stops cleanly on SIGINT', async () => {
    const emulator = await spawnEmulator(['--config', config, '--port', '0', '--admin-port', '0']);
    expect(await emulator.end('SIGINT')).toBe(0);
  });

  it('ends with code 1 and one clear message', async () => {
    const other = await startEmulator({ config, dataDir: at('taken') });
    const bad = at('bad.json');
    writeFileSync(bad, JSON.stringify(configOf({ Queues: [queue('q', { LockDuration: 'PT1S' })] })));
    const anyPorts = ['--port', '0', '--admin-port', '0'];
    const cases: [string[], RegExp][] = [
      [['--config', config, '--port', String(other.port)], /exit code 1: .*Port \d+ on 127\.0\.0\.1 is already in use/],
      [['--config', bad, ...anyPorts], /exit code 1: .*In queue 'q': LockDuration must be from PT5S to PT5M/],
      [['--config', at('none.json'), ...anyPorts], /exit code 1: .*none\.json cannot be read/],
      [['--config', config, '--data', at('taken'), ...anyPorts], /exit code 1: .*in use by another emulator/],
      [[], /exit code 1: .*--config FILE is missing/],
    ];
    await Promise.all(cases.map(([args, message]) => expect(spawnEmulator(args)).rejects.toThrow(message)));
    await other.close();
  });

  it('takes over the data directory of one that was killed', async () => {
    const args = ['--config', config, '--port', '0', '--admin-port', '0', '--data', at('killed')];
    await (await spawnEmulator(args)).end('SIGKILL');
    expect(await (await spawnEmulator(args)).end('SIGTERM')).toBe(0);
  });
});

async function hasIpv6(): Promise<boolean> {
  const emulator = await startEmulator({ config, host: '::1' }).catch(() => undefined);
  await emulator?.close();
  return emulator !== undefined;
}
