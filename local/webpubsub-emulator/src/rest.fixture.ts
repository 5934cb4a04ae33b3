import { HUB, KEY, type Running } from './sdk.fixture.ts';
import { forgeToken, inSeconds } from './token.fixture.ts';

interface RestRequest {
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly contentType?: string;
  /** Default: one made for this very URL, as the SDK makes it. */
  readonly authorization?: string;
}

export interface RestResponse {
  readonly status: number;
  readonly text: string;
}

/** Calls below `/api/hubs/{hub}` without the SDK, which checks before it calls. */
export function restCaller(running: Running) {
  return async (method: string, path: string, request: RestRequest = {}): Promise<RestResponse> => {
    const url = `${running.emulator.endpoint}/api/hubs/${HUB}${path}`;
    const token = forgeToken({ aud: url, exp: inSeconds(3600) }, { key: KEY });
    const headers = new Headers({ authorization: request.authorization ?? `Bearer ${token}` });
    if (request.contentType !== undefined) headers.set('content-type', request.contentType);
    const response = await fetch(url, { method, headers, body: request.body ?? null });
    return { status: response.status, text: await response.text() };
  };
}
