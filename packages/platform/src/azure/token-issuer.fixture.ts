import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';

interface Issued {
  readonly resource: string;
  readonly clientId: string | null;
  readonly token: string;
}

export interface TokenIssuer {
  /** What was issued, oldest first. */
  readonly issued: readonly Issued[];
  /** Seconds that tokens live from now on. */
  lifetimeSeconds: number;
  /** What it does instead of issuing, for as long as it is set. */
  trouble: ((response: ServerResponse) => void) | undefined;
  /** The claims of a token of this issuer that has not expired and is meant for `audience`; undefined otherwise. */
  verify(token: string, audience: string): Readonly<Record<string, unknown>> | undefined;
  /** The token that the next caller will be given, for a server that must know it before it asks for it. */
  prepare(resource: string): string;
  stop(): Promise<void>;
}

const CLIENT_ID = '11111111-2222-4333-8444-555555555555';
/** Azurite looks at the issuer, and at no signature. */
const ISSUER = 'https://sts.windows.net/11111111-2222-4333-8444-666666666666/';
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * The endpoint that App Service and Container Apps give to a process with a managed identity, which the unmodified library
 * calls: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference (2019-08-01).
 * Its tokens are JWTs as of Entra, but signed with a key of its own. One for a test file: the library keeps one cache.
 */
export async function startTokenIssuer(): Promise<TokenIssuer> {
  const key = randomBytes(32);
  const header = randomUUID();
  const issued: Issued[] = [];
  const signatureOf = (signed: string) => createHmac('sha256', key).update(signed).digest('base64url');
  const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const makeToken = (resource: string) => {
    const now = Math.floor(Date.now() / 1_000);
    const exp = now + issuer.lifetimeSeconds;
    const claims = { iss: ISSUER, aud: resource, oid: CLIENT_ID, iat: now, nbf: now, exp, jti: randomUUID() };
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
    return `${signed}.${signatureOf(signed)}`;
  };
  let prepared: string | undefined;
  const issuer: TokenIssuer = {
    issued,
    lifetimeSeconds: 3_600,
    trouble: undefined,
    verify(token, audience) {
      const [head, payload = '', signature] = token.split('.');
      if (signature !== signatureOf(`${head}.${payload}`)) return undefined;
      const claims = claimsOf(token);
      return claims.aud === audience && claims.exp * 1_000 > Date.now() ? claims : undefined;
    },
    prepare(resource) {
      prepared = makeToken(resource);
      return prepared;
    },
    async stop() {
      vi.unstubAllEnvs();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://issuer');
    if (issuer.trouble) return issuer.trouble(response);
    if (request.headers['x-identity-header'] !== header || searchParams.get('api-version') !== '2019-08-01') {
      return response.writeHead(401).end();
    }
    const resource = searchParams.get('resource') ?? '';
    const token = prepared ?? makeToken(resource);
    prepared = undefined;
    const clientId = searchParams.get('client_id');
    issued.push({ resource, clientId, token });
    const { exp } = claimsOf(token);
    const answer = {
      access_token: token,
      expires_on: String(exp),
      resource,
      token_type: 'Bearer',
      client_id: clientId,
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`);
  vi.stubEnv('IDENTITY_HEADER', header);
  vi.stubEnv('AZURE_CLIENT_ID', CLIENT_ID);
  vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'ManagedIdentityCredential');
  return issuer;
}
