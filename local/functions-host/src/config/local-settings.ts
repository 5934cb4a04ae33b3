import { z } from 'zod';
import { StartupError } from '../startup-error.ts';
import { explainFaults } from './explain-faults.ts';
import { readJsonFile } from './read-json-file.ts';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], 'a text, a number or true/false is expected');

const schema = z.object({
  // Core Tools reads a file without this property as an encrypted one.
  IsEncrypted: z.boolean().default(true),
  Values: z.record(z.string(), scalar).default({}),
  ConnectionStrings: z.record(z.string(), z.unknown()).default({}),
  Host: z
    .object({
      LocalHttpPort: z.coerce.number().int().optional(),
      LocalHttpAddress: z.string().optional(),
      CORS: z.string().optional(),
      CORSCredentials: z.boolean().default(false),
    })
    .prefault({}),
});

export type LocalSettings = z.infer<typeof schema>;

/** Reads `local.settings.json`; a missing file is an empty one, unless the developer named it. */
export function readLocalSettings(file: string, mustExist: boolean): LocalSettings {
  const content = readJsonFile(file);
  if (content === undefined) {
    if (mustExist) throw new StartupError(`${file} does not exist. It was given with --settings.`);
    return schema.parse({ IsEncrypted: false });
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw explainFaults(file, parsed.error);
  const values = Object.keys(parsed.data.Values).length;
  if (parsed.data.IsEncrypted && values > 0) {
    throw new StartupError(
      `${file} holds encrypted values, which this host cannot read. Decrypt them and set "IsEncrypted": false.`,
    );
  }
  return parsed.data;
}

/**
 * Puts the values of the file into the environment, where an existing variable wins.
 * @returns the names that were skipped because the environment already defines them.
 */
export function applyLocalSettings(settings: LocalSettings, env: NodeJS.ProcessEnv): string[] {
  const skipped: string[] = [];
  for (const [name, value] of Object.entries(settings.Values)) {
    if (value === null) continue;
    if (env[name] !== undefined) skipped.push(name);
    else env[name] = String(value);
  }
  for (const [name, value] of Object.entries(settings.ConnectionStrings)) {
    const text = typeof value === 'string' ? value : connectionStringOf(value);
    if (text !== undefined) env[`ConnectionStrings:${name}`] ??= text;
  }
  return skipped;
}

function connectionStringOf(value: unknown): string | undefined {
  const parsed = z.object({ ConnectionString: z.string() }).safeParse(value);
  return parsed.success ? parsed.data.ConnectionString : undefined;
}
