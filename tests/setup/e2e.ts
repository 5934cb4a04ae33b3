import type { TestProject } from 'vitest/node';
import { startSystem } from '../system/start.ts';

declare module 'vitest' {
  interface ProvidedContext {
    e2eHome: string;
  }
}

/** The whole system with both sites, exactly as `npm start` runs it, for the browser tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const system = await startSystem({ sites: true });
  project.provide('e2eHome', system.home);
  return async () => {
    await system.stop();
  };
}
