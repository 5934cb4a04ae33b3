import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type RunningSystem, type SystemOptions, startSystem } from '../system/start.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The data directory of the system that the files of a project share. */
    systemHome: string;
    /** A request to this address starts it, unless it runs already, and is answered when it is healthy. */
    systemStarter: string;
  }
}

/**
 * A Vitest global setup: one system for all files of a project. Setups run before the first file of any project, so the
 * system only starts when one of its files asks for it, and takes no time from the others until then.
 */
export function offerSystem(options: SystemOptions) {
  return async (project: TestProject): Promise<() => Promise<void>> => {
    const home = await mkdtemp(join(tmpdir(), 'valerix-'));
    let system: Promise<RunningSystem> | undefined;
    const starter = createServer((_request, response) => {
      system ??= startSystem({ ...options, home });
      system.then(
        () => response.end(),
        (fault) => response.writeHead(500).end(String(fault)),
      );
    });
    await once(starter.listen(0, '127.0.0.1'), 'listening');
    project.provide('systemHome', home);
    project.provide('systemStarter', `http://127.0.0.1:${(starter.address() as AddressInfo).port}`);
    return async () => {
      starter.close();
      const started = await system?.catch(() => undefined);
      await started?.stop();
      if (system === undefined) await rm(home, { recursive: true });
    };
  };
}
