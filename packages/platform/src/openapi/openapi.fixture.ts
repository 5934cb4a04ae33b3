import { z } from 'zod';
import type { RegisteredEndpoint } from '../http.ts';
import { type OpenApiDocument, openApiDocument } from './document.ts';
import type { DescribedApi } from './operation.ts';

const schemaLike = z.record(z.string(), z.unknown());
const header = z.strictObject({ description: z.string().min(1), schema: schemaLike });
const examples = z.record(z.string(), z.strictObject({ value: z.unknown() }));
const content = z.record(
  z.string().regex(/^[a-z]+\/[a-z+]+$/),
  z.strictObject({ schema: schemaLike, example: z.unknown().optional(), examples: examples.optional() }),
);
const parameter = z.strictObject({
  name: z.string().min(1),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  schema: schemaLike,
  explode: z.boolean().optional(),
});
const operation = z.strictObject({
  operationId: z.string().regex(/^[a-z-]+$/),
  tags: z.array(z.string().min(1)).length(1),
  summary: z.string().min(1),
  description: z.string().min(1).optional(),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z.array(parameter).optional(),
  requestBody: z.strictObject({ required: z.literal(true), content }).optional(),
  responses: z
    .record(
      z.string().regex(/^[2-5]\d\d$/),
      z.strictObject({
        description: z.string().min(1),
        headers: z.record(z.string(), header).optional(),
        content: content.optional(),
      }),
    )
    .refine((responses) => Object.keys(responses).some((status) => status.startsWith('2')), 'has no success'),
});
/** What OpenAPI 3.1 asks of a document, as far as ours go: a field that it does not know is a fault. */
const documentSchema = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.array(z.strictObject({ url: z.string() })),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'put', 'post', 'delete', 'patch']), operation),
  ),
  components: z.strictObject({ securitySchemes: schemaLike, schemas: z.record(z.string(), schemaLike) }),
});

/** Everything that is wrong with a document and its description; nothing, as a rule. */
export function faultsOf(endpoints: readonly RegisteredEndpoint[], api: DescribedApi): string[] {
  // As it is sent.
  const document = JSON.parse(JSON.stringify(openApiDocument(endpoints, api))) as OpenApiDocument;
  const parsed = documentSchema.safeParse(document);
  return [
    ...(parsed.success ? [] : [z.prettifyError(parsed.error)]),
    ...namesAgree(endpoints, api),
    ...idsAreUnique(document),
    ...referencesExist(document),
    ...pathParametersAgree(document),
    ...examplesFit(api),
  ];
}

function namesAgree(endpoints: readonly RegisteredEndpoint[], { operations }: DescribedApi): string[] {
  const registered = endpoints.map(({ name }) => name);
  const described = Object.keys(operations);
  return [
    ...registered.filter((name) => !described.includes(name)).map((name) => `${name} is registered and not described`),
    ...described.filter((name) => !registered.includes(name)).map((name) => `${name} is described and not registered`),
  ];
}

const operationsOf = ({ paths }: OpenApiDocument) =>
  Object.entries(paths).flatMap(([path, methods]) => Object.values(methods).map((found) => ({ path, ...found })));

function idsAreUnique(document: OpenApiDocument): string[] {
  const ids = operationsOf(document).map(({ operationId }) => operationId);
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id} is there twice`);
}

function referencesExist(document: OpenApiDocument): string[] {
  const referred = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target = '']) => target);
  const known = new Set(Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`));
  return referred.filter((target) => !known.has(target)).map((target) => `${target} is nowhere`);
}

function pathParametersAgree(document: OpenApiDocument): string[] {
  return operationsOf(document).flatMap(({ path, operationId, parameters = [] }) => {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    const described = parameters.filter((found) => found.in === 'path' && found.required).map(({ name }) => name);
    return inPath.join() === described.sort().join() ? [] : [`${operationId} describes ${described}, not ${inPath}`];
  });
}

/** An example that its schema would refuse, or change beyond filling in what has a default. */
function examplesFit({ operations }: DescribedApi): string[] {
  return Object.entries(operations).flatMap(([name, { answers, body }]) => {
    const given = [
      ...Object.entries(body?.examples ?? {}).map(([title, value]) => ({ title, value, schema: body?.schema })),
      ...Object.entries(answers).map(([title, { example, schema }]) => ({ title, value: example, schema })),
    ];
    const missing = given.filter(({ schema, value }) => schema !== undefined && value === undefined);
    const wrong = given.filter(({ schema, value }) => value !== undefined && !schema?.safeParse(value).success);
    return [
      ...missing.map(({ title }) => `${name} has no example for ${title}`),
      ...wrong.map(({ title }) => `the example ${title} of ${name} does not fit its schema`),
    ];
  });
}
