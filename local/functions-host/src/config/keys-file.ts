import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { StartupError } from '../startup-error.ts';
import { explainFaults } from './explain-faults.ts';
import { readJsonFile } from './read-json-file.ts';

const key = z.string('a text is expected').min(1, 'a key must not be empty');

const schema = z.object({
  masterKey: key.optional(),
  /** Keys of the whole app ("host keys"): they open every function of level `function`. */
  functionKeys: z.record(z.string(), key).default({}),
  /** Keys of one function, by function name and key name. */
  functions: z.record(z.string(), z.record(z.string(), key)).default({}),
});

export type AccessLevel = 'anonymous' | 'function' | 'admin';

export interface AccessKeys {
  /** What a caller who presents this key may do with this function. */
  levelOf(presented: string | undefined, functionName: string): AccessLevel;
  readonly hasMaster: boolean;
  readonly hasAny: boolean;
}

/** Reads the keys that guard functions and the admin API. Without a file there are none, and all that is guarded stays shut. */
export function readAccessKeys(file: string | undefined): AccessKeys {
  if (file === undefined) return makeAccessKeys(schema.parse({}));
  const content = readJsonFile(file);
  if (content === undefined) throw new StartupError(`The keys file ${file} does not exist.`);
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw explainFaults(file, parsed.error);
  return makeAccessKeys(parsed.data);
}

function makeAccessKeys(keys: z.infer<typeof schema>): AccessKeys {
  const master = keys.masterKey === undefined ? [] : [digest(keys.masterKey)];
  const host = Object.values(keys.functionKeys).map(digest);
  const perFunction = new Map(
    Object.entries(keys.functions).map(([name, own]) => [name.toLowerCase(), Object.values(own).map(digest)]),
  );
  return {
    levelOf(presented, functionName) {
      if (!presented) return 'anonymous';
      const candidate = digest(presented);
      if (isAmong(candidate, master)) return 'admin';
      if (isAmong(candidate, host)) return 'function';
      return isAmong(candidate, perFunction.get(functionName.toLowerCase()) ?? []) ? 'function' : 'anonymous';
    },
    hasMaster: master.length > 0,
    hasAny: master.length + host.length + perFunction.size > 0,
  };
}

// Digests have one length, so keys compare in constant time whatever their own length.
const digest = (text: string) => createHash('sha256').update(text).digest();
const isAmong = (candidate: Buffer, known: Buffer[]) => known.some((one) => timingSafeEqual(one, candidate));
