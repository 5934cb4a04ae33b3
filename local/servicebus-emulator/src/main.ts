#!/usr/bin/env node
import { HELP, readCommandLine } from './command-line.ts';
import { startEmulator } from './emulator.ts';

/** Starts the emulator as the command line says; exit code 1 with one message if that cannot be. */
async function main(): Promise<void> {
  const options = readCommandLine(process.argv.slice(2));
  if (options === 'help') {
    console.log(HELP);
    return;
  }
  const emulator = await startEmulator(options);
  const stop = (): void => {
    emulator.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  console.log(`listening on amqp://${options.host}:${emulator.port}`);
}

function fail(error: unknown): void {
  console.error(`valerix-servicebus-emulator: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

main().catch(fail);
