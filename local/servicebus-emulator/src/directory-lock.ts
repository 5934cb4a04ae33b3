import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Another process works in the data directory. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError';

  constructor(directory: string) {
    super(`The data directory ${directory} is in use by another emulator. Stop it or choose another directory.`);
  }
}

/**
 * Makes sure that one emulator at a time works in a directory: a second one would rewrite the journal under the first.
 * The lock is a local socket because that dies with its process, however it dies. Returns how to give it back.
 * Throws DirectoryInUseError.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  mkdirSync(directory, { recursive: true });
  const address = socketAddress(realpathSync(directory));
  const server = createServer((socket) => socket.destroy());
  try {
    await listenOn(server, address);
  } catch (error) {
    if (!isInUse(error) || (await isAlive(address))) throw isInUse(error) ? new DirectoryInUseError(directory) : error;
    rmSync(address, { force: true }); // left behind by a killed process
    await listenOn(server, address);
  }
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

function socketAddress(directory: string): string {
  const name = `valerix-servicebus-emulator-${createHash('sha256').update(directory).digest('hex').slice(0, 24)}`;
  if (process.platform === 'linux') return `\0${name}`; // abstract: no file, gone with the process
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  return path.join(tmpdir(), `${name}.sock`);
}

function listenOn(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** A socket file whose process is gone refuses connections. */
function isAlive(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
