import type { AccessToken, TokenCredential } from '@azure/identity';

/**
 * The identity of this process towards everything on Azure: on Azure its managed identity, on a developer's machine
 * whoever is signed in to the Azure CLI, as `AZURE_CLIENT_ID` and `AZURE_TOKEN_CREDENTIALS` tell the library. There is one
 * for the whole process, so that all share its cached tokens, which it renews before they expire.
 *
 * The library is loaded when the first token is wanted: whoever uses connection strings never waits for it.
 */
export const processIdentity: TokenCredential = {
  async getToken(scopes, options): Promise<AccessToken | null> {
    loading ??= load();
    return (await loading).getToken(scopes, options);
  },
};

let loading: Promise<TokenCredential> | undefined;

async function load(): Promise<TokenCredential> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new DefaultAzureCredential();
}
