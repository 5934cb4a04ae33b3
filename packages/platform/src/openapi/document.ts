import { type ErrorCode, errorCatalogue, problemOf } from '@valerix/contracts/errors';
import type { z } from 'zod';
import type { RegisteredEndpoint } from '../http.ts';
import { inputSchema, type JsonSchema, type NamedSchemas, nameSchemas, problemSchema } from './json-schema.ts';
import type { DescribedAnswer, DescribedApi, DescribedOperation } from './operation.ts';

export interface OpenApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: JsonSchema;
  readonly explode?: false;
}

export interface OpenApiResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: JsonSchema }>>;
  readonly content?: Readonly<Record<string, unknown>>;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly OpenApiParameter[];
  readonly requestBody?: { readonly required: true; readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, OpenApiResponse>>;
}

/** An OpenAPI 3.1 document. https://spec.openapis.org/oas/v3.1.1.html */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, unknown>>;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
  };
}

const OPERATOR_KEY = 'operatorKey';
const undescribed: DescribedOperation = { tag: 'undescribed', summary: 'Not described yet.', answers: {} };

/** The document of the endpoints that are registered: where, how and by whom they are called is taken from there. */
export function openApiDocument(endpoints: readonly RegisteredEndpoint[], api: DescribedApi): OpenApiDocument {
  const schemas = nameSchemas({ ...api.schemas, Problem: problemSchema });
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const endpoint of endpoints) {
    const operation = describe(endpoint, api.operations[endpoint.name] ?? undescribed, schemas);
    const path = `/${endpoint.route}`;
    for (const method of endpoint.methods) paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  }
  return {
    openapi: '3.1.1',
    info: { title: api.title, version: api.version, description: api.description },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: { [OPERATOR_KEY]: { type: 'apiKey', in: 'header', name: 'x-functions-key' } },
      schemas: schemas.components,
    },
  };
}

function describe(
  { name, authLevel }: RegisteredEndpoint,
  operation: DescribedOperation,
  schemas: NamedSchemas,
): OpenApiOperation {
  const { tag, summary, description, body } = operation;
  const parameters = [
    ...parametersOf('path', operation.path),
    ...parametersOf('query', operation.query),
    ...parametersOf('header', operation.headers),
  ];
  return {
    operationId: name,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(authLevel === 'function' && { security: [{ [OPERATOR_KEY]: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: inputSchema(body.schema), examples: valuesOf(body.examples) } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(operation.answers).map(([status, answer]) => [status, response(answer, schemas)]),
      ),
      ...(authLevel === 'function' && { 401: { description: `${errorCatalogue.unauthorized.title} Without a body.` } }),
      ...problems(operation, schemas),
    },
  };
}

function parametersOf(place: OpenApiParameter['in'], object: z.ZodObject | undefined): OpenApiParameter[] {
  return Object.entries(object?.shape ?? {}).map(([name, field]) => {
    const schema = inputSchema(field as z.ZodType);
    const required = !(field as z.ZodType).safeParse(undefined).success;
    // A list is one value, separated by commas.
    return { name, in: place, required, schema, ...(schema.type === 'array' && { explode: false as const }) };
  });
}

function response(answer: DescribedAnswer, schemas: NamedSchemas): OpenApiResponse {
  const { description, schema, example, mediaType = 'application/json', headers } = answer;
  return {
    description,
    ...(headers && { headers: headersOf(headers) }),
    ...(schema && {
      content: { [mediaType]: { schema: schemas.use(schema), ...(example !== undefined && { example }) } },
    }),
  };
}

/** The errors of an operation, by status; a status that is an answer of its own stays that. */
function problems({ answers, errors = [], body }: DescribedOperation, schemas: NamedSchemas) {
  const ofBody: ErrorCode[] = body
    ? ['invalid_json', 'invalid_request', 'body_too_large', 'unsupported_media_type']
    : [];
  const codes = [...new Set<ErrorCode>([...errors, ...ofBody, 'internal_error'])];
  const byStatus = Map.groupBy(codes, (code) => errorCatalogue[code].status);
  const found = [...byStatus].filter(([status]) => answers[status] === undefined);
  return Object.fromEntries(
    found.map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => errorCatalogue[code].title).join(' Or: '),
        ...((status === 429 || status === 503) && { headers: headersOf({ 'Retry-After': 'Seconds to wait.' }) }),
        content: {
          'application/problem+json': {
            schema: schemas.use(problemSchema),
            examples: valuesOf(Object.fromEntries(ofStatus.map((code) => [code, problemOf(code)]))),
          },
        },
      } satisfies OpenApiResponse,
    ]),
  );
}

const headersOf = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );

const valuesOf = (examples: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
