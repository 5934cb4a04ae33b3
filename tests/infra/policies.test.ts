import { describe, expect, inject, test } from 'vitest';
import { readDeployment } from './deployment.ts';
import { policies } from './policies.ts';

const compiled = inject('compiledInfra');

describe.each(['dev', 'prod'] as const)('a deployment of the tier %s', (tier) => {
  test.skipIf(compiled === undefined).each(policies)('keeps $name', ({ violations }) => {
    if (compiled === undefined) return;
    expect(violations(readDeployment(tier, compiled[tier], compiled.template))).toEqual([]);
  });
});
