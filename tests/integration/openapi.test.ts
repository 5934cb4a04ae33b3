import type { OpenApiDocument } from '@valerix/platform/openapi/document';
import { expect, test } from 'vitest';
import { runningSystem } from '../system/running.ts';
import { request } from '../system/shop.ts';

test.each(['order', 'inventory'] as const)(
  'the %s service describes itself truly: what needs the key is refused without it, the rest is open',
  async (face) => {
    const { [face]: url } = await runningSystem();
    const { status, body } = await request<OpenApiDocument>(`${url}/api/openapi.json`);
    expect(status).toBe(200);
    const operations = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    expect(operations.length).toBeGreaterThan(10);
    for (const { path, method, operation } of operations) {
      const answer = await fetch(`${url}${path.replaceAll(/\{\w+\}/g, 'none')}`, { method: method.toUpperCase() });
      // Unless it is the host that answers, the status has to be one that the document knows.
      const expected = operation.security === undefined ? Object.keys(operation.responses) : ['401'];
      expect(expected, `${method} ${path}`).toContain(String(answer.status));
    }
  },
);
