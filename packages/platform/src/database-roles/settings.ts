import { z } from 'zod';
import { integer, parseConfig, text } from '../config.ts';

const name = z.string().min(1).max(63);

const wantedDatabase = z.strictObject({
  /** Host name of the server, with `:port` where it is not 5432. */
  server: z.string().regex(/^[a-z0-9.-]+(:\d{1,5})?$/i),
  database: name,
  /** The role that the database and everything in it belongs to; nobody logs in as it. */
  owner: name,
  /**
   * The managed identities that use the database, all as its owner: names, or names with the id of their service principal.
   * With the id, the server need not look the name up in the directory, which the administrator may not be allowed to.
   */
  members: z
    .array(z.union([name, z.strictObject({ name, objectId: z.guid() })]))
    .min(1)
    .max(20),
});

export type WantedDatabase = z.infer<typeof wantedDatabase>;

const wantedDatabases = text().pipe(
  z.string().transform((value, { addIssue }) => {
    const parsed = z.array(wantedDatabase).min(1).max(50).safeParse(parseJson(value));
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues)
      addIssue(`is wrong at ${path.join('.') || 'its root'}: ${message}`);
    return z.NEVER;
  }),
);

/** Throws a `ConfigError` that lists every fault. */
export function readSettings(env: Readonly<Record<string, string | undefined>>) {
  return parseConfig(
    {
      /** JSON list of the databases and of whom they belong to. */
      DATABASE_ROLES: wantedDatabases,
      /** Name of the identity that this runs as: the Entra administrator of the servers. */
      DATABASE_ROLES_ADMINISTRATOR: text(),
      /** Seconds for which a server that cannot be reached, or does not know us yet, is tried again. */
      DATABASE_ROLES_WAIT_SECONDS: integer(300, { max: 3_600 }),
    },
    env,
  );
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    // Refused by the schema, whose message says where it should have begun.
    return undefined;
  }
}
