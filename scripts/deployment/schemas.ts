import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import AjvDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';

const options = { strict: false, allErrors: true };
// Both packages are CommonJS with a default export; Node and TypeScript do not agree on how deep it lies.
const Draft04 = AjvDraft04 as unknown as typeof Ajv;
const withFormats = addFormats as unknown as (ajv: Ajv) => Ajv;

const ours = join(import.meta.dirname, 'schemas');
const store = join(dirname(createRequire(import.meta.url).resolve('schemastore/package.json')), 'schemas/json');
const compose = 'raw.githubusercontent.com/compose-spec/compose-spec/master/schema';

/** Each schema with the draft of JSON Schema that it is written in. */
const drafts = {
  'azure.yaml.json': () => new Ajv(options),
  // Its formats are words of its own, such as a duration that is not ISO 8601.
  'compose-spec.json': () => new Ajv2019({ ...options, validateFormats: false }),
  'dependabot-2.0.json': () => new Draft04(options),
  'host.json': () => new Ajv(options),
  'staticwebapp.config.json': () => new Draft04(options),
};
export type SchemaName = keyof typeof drafts;

const folders: Readonly<Record<SchemaName, string>> = {
  'azure.yaml.json': ours,
  'compose-spec.json': join(store, compose),
  'dependabot-2.0.json': store,
  'host.json': ours,
  'staticwebapp.config.json': store,
};

const compiled = new Map<SchemaName, ValidateFunction>();

/** What a schema has against a value, one sentence each; empty when it has nothing. */
export function schemaFaults(name: SchemaName, value: unknown): string[] {
  const validate = compiled.get(name) ?? compile(name);
  compiled.set(name, validate);
  if (validate(value)) return [];
  return [...new Set((validate.errors ?? []).map(describe))];
}

function compile(name: SchemaName): ValidateFunction {
  const text = readFileSync(join(folders[name], name), 'utf8');
  // The draft is named above. Names of parts, which some drafts forbid, are not used: what is referred to is a place.
  const isName = (key: string, value: unknown) => key === '$schema' || (key === 'id' && typeof value === 'string');
  const schema = JSON.parse(text, (key, value) => (isName(key, value) ? undefined : value));
  return withFormats(drafts[name]()).compile(schema);
}

function describe({ instancePath, message, params }: ErrorObject): string {
  const extra = 'additionalProperty' in params ? `: ${params.additionalProperty}` : '';
  return `${instancePath || '/'} ${message ?? 'is not valid'}${extra}`;
}
