import { errorCatalogue } from '@valerix/contracts/errors';
import { z } from 'zod';

/** A JSON Schema of the dialect 2020-12, which OpenAPI 3.1 uses as it is. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The problem document of every error, RFC 9457; some carry more. */
export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(errorCatalogue)),
  detail: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  traceId: z.string().optional(),
});

const spelledOut = new Set(['date-time', 'uuid']);

/** Leaves out what tells a reader nothing: how zod checks a format, and the bounds of what JSON numbers can hold. */
function plain(schema: Record<string, unknown>): void {
  if (spelledOut.has(String(schema.format))) delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

/** The schema of what a client sends. */
export function inputSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => plain(jsonSchema),
  });
  return rest;
}

const refTo = (name: string) => `#/components/schemas/${name}`;

/** The named schemas of what a client is answered, and how to refer to them. */
export interface NamedSchemas {
  readonly components: Readonly<Record<string, JsonSchema>>;
  /** A reference to a named schema, or the schema itself. */
  use(schema: z.ZodType): JsonSchema;
}

export function nameSchemas(named: Readonly<Record<string, z.ZodType>>): NamedSchemas {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const options = {
    io: 'output',
    unrepresentable: 'any',
    uri: refTo,
    override: ({ jsonSchema }: { jsonSchema: Record<string, unknown> }) => {
      plain(jsonSchema);
      // A reader has to bear fields that a later version adds.
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  } as const;
  const { schemas } = z.toJSONSchema(registry, options);
  const components = Object.entries(schemas).map(([id, { $schema: _, $id: __, ...rest }]) => [id, rest] as const);
  return {
    components: Object.fromEntries(components),
    use(schema) {
      const id = registry.get(schema)?.id;
      if (id !== undefined) return { $ref: refTo(id) };
      const { $schema: _, ...rest } = z.toJSONSchema(schema, options);
      return rest;
    },
  };
}
