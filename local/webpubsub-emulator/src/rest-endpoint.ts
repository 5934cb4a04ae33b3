import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Hubs } from './hubs.ts';
import type { Limits } from './limits.ts';
import { isHubName } from './names.ts';
import { bearerToken, originOf, splitUrl } from './request-url.ts';
import { badRequest, type RestAnswer, RestError, readBody } from './rest-call.ts';
import { makeOperations } from './rest-operations.ts';
import type { Tokens } from './tokens.ts';

interface Dependencies {
  readonly hubs: Hubs;
  readonly tokens: Tokens;
  readonly limits: Limits;
  readonly report: (what: string, error: unknown) => void;
}

/** Health for anybody, everything below `/api/hubs` for callers whose token was made for just this URL. */
export function makeRestEndpoint({ hubs, tokens, limits, report }: Dependencies) {
  const findOperation = makeOperations(tokens);

  async function answer(request: IncomingMessage): Promise<RestAnswer> {
    const { method = '', url = '/' } = request;
    const { segments, query } = splitUrl(url);
    const [api, area, hubName = '', ...path] = segments;
    if (api === 'api' && area === 'health' && segments.length === 2 && (method === 'GET' || method === 'HEAD')) {
      return { status: 200 };
    }
    const notFound = new RestError(404, 'NotFound', `There is no '${method} ${url.split('?', 1)[0]}' here.`);
    if (api !== 'api' || area !== 'hubs') throw notFound;
    const origin = originOf(request);
    const verdict = tokens.checkRest(bearerToken(request), origin + url);
    if (verdict.kind === 'refused') {
      throw new RestError(401, 'Unauthorized', `The token was refused: ${verdict.reason}.`);
    }
    if (!isHubName(hubName)) throw badRequest(`'${hubName.slice(0, 100)}' is not the name of a hub.`);
    const found = findOperation(method, path);
    if (!found) throw notFound;
    return found.operation({
      // Looked up each time: while a body is being read, the last client of a hub may go or its first one come.
      get hub() {
        return hubs.find(hubName);
      },
      hubName,
      names: found.names,
      query,
      contentType: (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
      address: `${origin}${url.split('?', 1)[0]}`,
      origin,
      body: () => readBody(request, limits.maxMessageBytes),
    });
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    answer(request)
      .catch((error: unknown) => toAnswer(error))
      .then((given) => send(request, response, given))
      .catch((error: unknown) => report('answer a call', error));
  };

  function toAnswer(error: unknown): RestAnswer {
    if (error instanceof RestError) {
      return { status: error.status, body: { code: error.code, message: error.message } };
    }
    report('answer a call', error);
    return { status: 500, body: { code: 'InternalServerError', message: 'Something went wrong inside the emulator.' } };
  }
}

function send(request: IncomingMessage, response: ServerResponse, { status, body }: RestAnswer): void {
  if (response.destroyed) return;
  // A body that was not read to its end is not worth reading: the connection goes instead.
  if (!request.complete) response.setHeader('connection', 'close');
  if (!body) {
    response.writeHead(status).end();
    return;
  }
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(request.method === 'HEAD' ? undefined : text);
}
