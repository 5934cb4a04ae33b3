import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/identity';
import { SECOND } from '../durations.ts';

/** Nobody here waits longer for a whole answer. */
const TOKEN_WITHIN_MS = 10 * SECOND;

/**
 * The identity of this process towards everything on Azure: on Azure its managed identity, on a developer's machine
 * whoever is signed in to the Azure CLI, as `AZURE_CLIENT_ID` and `AZURE_TOKEN_CREDENTIALS` tell the library. There is one
 * for the whole process, so that all share its cached tokens, which it renews before they expire.
 *
 * The library is loaded when the first token is wanted: whoever uses connection strings never waits for it.
 */
export const processIdentity: TokenCredential = {
  getToken(scopes, options = {}) {
    // At a start many connections want the same token at once, and the endpoint that issues it takes few calls a second.
    const key = JSON.stringify([scopes, options.claims, options.tenantId]);
    const known = underWay.get(key);
    if (known !== undefined) return known;
    const asking = ask(scopes, options).finally(() => underWay.delete(key));
    underWay.set(key, asking);
    return asking;
  },
};

const underWay = new Map<string, Promise<AccessToken | null>>();

/** One caller that gives up must not take the token from the others, so their signals are left out. */
async function ask(scopes: string | string[], { claims, tenantId, enableCae }: GetTokenOptions) {
  const options = { ...(claims && { claims }), ...(tenantId && { tenantId }), ...(enableCae && { enableCae }) };
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new Error(`No token was issued within ${TOKEN_WITHIN_MS} ms.`));
    timer = setTimeout(giveUp, TOKEN_WITHIN_MS).unref();
  });
  try {
    credential ??= load();
    return await Promise.race([credential.then((loaded) => loaded.getToken(scopes, options)), silence]);
  } finally {
    clearTimeout(timer);
  }
}

let credential: Promise<TokenCredential> | undefined;

async function load(): Promise<TokenCredential> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new DefaultAzureCredential();
}
