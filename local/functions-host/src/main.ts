import { parseCommandLine, USAGE } from './command-line.ts';
import { EXIT } from './exit-codes.ts';
import { startHost } from './host.ts';
import { isAbandonedClose } from './servicebus/abandoned-close.ts';
import { StartupError } from './startup-error.ts';
import { watchAndRestart } from './watch.ts';

const SHUTDOWN_GRACE_MS = 10_000;
/** After a timeout, long enough to answer the caller and to give the message back. */
const TIMEOUT_GRACE_MS = 500;

process.setSourceMapsEnabled(true);
const hasParent = process.connected;

try {
  const given = parseCommandLine(process.argv.slice(2), process.env);
  if (given === undefined) process.stdout.write(USAGE);
  else if (given.watch) watchAndRestart(given.appDirectory, process.argv.slice(1));
  else await serve(given);
} catch (error) {
  fail(error);
}

async function serve(given: NonNullable<ReturnType<typeof parseCommandLine>>): Promise<void> {
  process.on('uncaughtException', (error, origin) => {
    if (origin === 'unhandledRejection' && isAbandonedClose(error)) return;
    process.stderr.write(`Uncaught exception in the app: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(EXIT.crashed);
  });
  const host = await startHost(given, process.env, {
    onFunctionTimeout() {
      process.stderr.write('A function ran longer than functionTimeout: the process ends, as the real worker would.\n');
      setTimeout(() => process.exit(EXIT.functionTimedOut), TIMEOUT_GRACE_MS);
    },
  });

  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    host.stop(SHUTDOWN_GRACE_MS).then(
      () => process.exit(EXIT.stopped),
      (error) => {
        process.stderr.write(`Stopping failed: ${String(error)}\n`);
        process.exit(EXIT.crashed);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // The supervisor is gone: nobody would ever stop this process.
  if (hasParent) process.on('disconnect', stop);
  if (hasParent && !process.connected) stop();
  process.send?.({ kind: 'ready', url: host.url });
  process.stdout.write(`ready on ${host.url}\n`);
}

function fail(error: unknown): void {
  const text = error instanceof StartupError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`The Functions host could not start.\n${text}\n`);
  process.exit(EXIT.couldNotStart);
}
