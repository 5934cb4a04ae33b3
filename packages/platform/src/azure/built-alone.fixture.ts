import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { copyAlone } from '../../../../tests/packages/package.ts';
import { trustedCertificate } from './tls-front.fixture.ts';

/** Made by `npm run build`. */
const dist = fileURLToPath(new URL('../../../../grpc-inventory-host/dist/', import.meta.url));

/** What the image of the gRPC host holds, alone in a folder. */
export interface BuiltAlone {
  readonly folder: string;
  /** What a process from it needs to get tokens from the issuer of the test, and to trust its servers. */
  readonly env: NodeJS.ProcessEnv;
}

export async function copyBuiltHost(): Promise<BuiltAlone> {
  const folder = await copyAlone(dist);
  onTestFinished(() => rm(dirname(folder), { recursive: true, force: true }));
  const trusted = join(folder, 'trusted.pem');
  await writeFile(trusted, trustedCertificate().cert);
  const { PATH, IDENTITY_ENDPOINT, IDENTITY_HEADER, AZURE_CLIENT_ID, AZURE_TOKEN_CREDENTIALS } = process.env;
  const identity = { IDENTITY_ENDPOINT, IDENTITY_HEADER, AZURE_CLIENT_ID, AZURE_TOKEN_CREDENTIALS };
  return { folder, env: { PATH, NODE_EXTRA_CA_CERTS: trusted, ...identity } };
}
