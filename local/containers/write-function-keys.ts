/**
 * Writes the operator key where the real Functions host looks for it when AzureWebJobsSecretStorageType is `files`: into the
 * directory given as the argument, for every user to read, as each app runs in a container of its own.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [directory] = process.argv.slice(2);
const operatorKey = process.env.OPERATOR_KEY;
if (directory === undefined || !operatorKey) throw new Error('A directory and OPERATOR_KEY are needed.');
const key = (name: string, value: string) => ({ name, value, encrypted: false });
const keys = {
  masterKey: key('master', randomBytes(32).toString('base64url')),
  functionKeys: [key('operator', operatorKey)],
  systemKeys: [],
};
writeFileSync(join(directory, 'host.json'), JSON.stringify(keys), { mode: 0o644 });
