#!/usr/bin/env node
import { HELP, readCommandLine } from './command-line.ts';
import { startEmulator } from './emulator.ts';

/** Starts the emulator as the command line says; exit code 1 with one message if that cannot be. */
async function main(): Promise<void> {
  const options = readCommandLine(process.argv.slice(2), process.env);
  if (options === 'help') {
    console.log(HELP);
    return;
  }
  const { accessKey, port, host, maxConnections } = options;
  const emulator = await startEmulator({ accessKey, port, host, limits: { maxConnections } });
  const stop = (): void => {
    emulator.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const ready = `listening on ${emulator.endpoint}`;
  // A key that was given is known to who gave it, and does not belong into a log.
  console.log(accessKey === undefined ? `${ready}\nconnection string: ${emulator.connectionString}` : ready);
}

function fail(error: unknown): void {
  console.error(`valerix-webpubsub-emulator: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

main().catch(fail);
