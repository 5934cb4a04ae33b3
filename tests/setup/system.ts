import type { TestProject } from 'vitest/node';
import { startSystem } from '../system/start.ts';

declare module 'vitest' {
  interface ProvidedContext {
    systemHome: string;
  }
}

/**
 * The whole system for the integration tests, without the gRPC host: each file starts that one itself, with the faults it
 * wants, so that one start of the rest serves them all.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const system = await startSystem({ without: ['grpc'] });
  project.provide('systemHome', system.home);
  return async () => {
    await system.stop();
  };
}
