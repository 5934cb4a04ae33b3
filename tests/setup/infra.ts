import type { TestProject } from 'vitest/node';
import { findBicep } from '../../scripts/bicep/find-bicep.ts';
import { type Compiled, compileInfra } from '../infra/compile.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Undefined where there is no compiler. */
    compiledInfra: Compiled | undefined;
  }
}

/** Vitest global setup: compiles the templates once. Without a compiler the policies are skipped, but never in CI. */
export default async function compileForPolicies(project: TestProject): Promise<void> {
  const bicep = findBicep();
  if (bicep === undefined) {
    if (process.env.CI)
      throw new Error('There is no Bicep compiler: the policies of the deployment cannot be checked.');
    console.warn('The policies of the deployment are not checked: no Bicep compiler.');
  }
  project.provide('compiledInfra', bicep && (await compileInfra(bicep)));
}
