import { expect, test } from 'vitest';
import { z } from 'zod';
import type { RegisteredEndpoint } from '../http.ts';
import { openApiDocument } from './document.ts';
import { problemSchema } from './json-schema.ts';
import { faultsOf } from './openapi.fixture.ts';
import type { DescribedApi, DescribedOperation } from './operation.ts';

const shelf = z.object({ shelfId: z.string(), pieces: z.int().min(0), filledAt: z.iso.datetime() });
const endpoint: RegisteredEndpoint = {
  name: 'shelf-fill',
  methods: ['PUT'],
  route: 'api/shelves/{shelfId}',
  authLevel: 'function',
};
const operation: DescribedOperation = {
  tag: 'shelves',
  summary: 'Fills a shelf.',
  path: z.object({ shelfId: z.string().max(50) }),
  query: z.object({ kinds: z.array(z.enum(['a', 'b'])).optional(), limit: z.coerce.number().int().default(5) }),
  body: { schema: z.strictObject({ pieces: z.int().default(1) }), examples: { one: {} } },
  answers: {
    200: {
      description: 'Filled.',
      schema: shelf,
      example: { shelfId: 's', pieces: 1, filledAt: '2026-01-02T03:04:05Z' },
    },
  },
  errors: ['insufficient_stock', 'too_many_requests'],
};
const api = (more: Partial<DescribedOperation> = {}): DescribedApi => ({
  title: 'Shelves',
  version: '1.0.0',
  description: 'For tests.',
  operations: { 'shelf-fill': { ...operation, ...more } },
  schemas: { Shelf: shelf },
});

const found = () => openApiDocument([endpoint], api()).paths['/api/shelves/{shelfId}']?.put;

test('a described endpoint has no fault', () => {
  expect(faultsOf([endpoint], api())).toEqual([]);
});

test('an operation says who may call it, and with what', () => {
  expect(found()).toMatchObject({
    operationId: 'shelf-fill',
    security: [{ operatorKey: [] }],
    parameters: [
      { name: 'shelfId', in: 'path', required: true, schema: { type: 'string', maxLength: 50 } },
      { name: 'kinds', in: 'query', required: false, explode: false, schema: { type: 'array' } },
      { name: 'limit', in: 'query', required: false, schema: { type: 'integer', default: 5 } },
    ],
    requestBody: {
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: { pieces: { type: 'integer', default: 1 } },
            additionalProperties: false,
          },
        },
      },
    },
  });
});

test('an answer refers to its named schema, which later versions may add to', () => {
  expect(found()?.responses['200']?.content).toMatchObject({
    'application/json': { schema: { $ref: '#/components/schemas/Shelf' } },
  });
  expect(openApiDocument([endpoint], api()).components.schemas.Shelf).toEqual({
    type: 'object',
    properties: {
      shelfId: { type: 'string' },
      pieces: { type: 'integer', minimum: 0 },
      filledAt: { type: 'string', format: 'date-time' },
    },
    required: ['shelfId', 'pieces', 'filledAt'],
  });
});

test('its own errors, those of its body and those of its key are listed, each as a problem that clients would meet', () => {
  const responses = found()?.responses ?? {};
  expect(Object.keys(responses)).toEqual(['200', '400', '401', '409', '413', '415', '429', '500']);
  expect(responses['429']?.headers).toHaveProperty('Retry-After');
  expect(responses['401']?.content).toBeUndefined();
  const problems = Object.values(responses).flatMap(({ content = {} }) => {
    const { examples = {} } = (content['application/problem+json'] ?? {}) as { examples?: Record<string, unknown> };
    return Object.values(examples) as { value: unknown }[];
  });
  expect(problems).toHaveLength(7);
  for (const { value } of problems) expect(problemSchema.safeParse(value).success).toBe(true);
});

test.each([
  ['an endpoint that nobody described', [endpoint, { ...endpoint, name: 'shelf-empty', route: 'api/x' }], api()],
  ['a description of nothing', [], api()],
  ['an example that does not fit', [endpoint], api({ body: { schema: shelf, examples: { wrong: { pieces: -1 } } } })],
  ['an answer without an example', [endpoint], api({ answers: { 200: { description: 'Filled.', schema: shelf } } })],
  ['an address whose parameter is not described', [endpoint], api({ path: z.object({}) })],
  ['no answer at all', [endpoint], api({ answers: {} })],
  ['an empty summary', [endpoint], api({ summary: '' })],
] as const)('%s is a fault', (_, endpoints, described) => {
  expect(faultsOf(endpoints, described)).not.toEqual([]);
});
