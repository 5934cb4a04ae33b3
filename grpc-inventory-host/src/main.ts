import { ConfigError } from '@valerix/platform/config';
import { describeError } from '@valerix/platform/logger';
import { readConfig } from './config.ts';
import { startHost } from './host.ts';

try {
  const host = await startHost(readConfig(process.env));
  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // Asked twice, it does not insist on a clean end.
      if (isStopping) process.exit(1);
      isStopping = true;
      host.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(describeError(error));
          process.exit(1);
        },
      );
    });
  }
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : `The host could not start: ${describeError(error)}`);
  process.exit(1);
}
