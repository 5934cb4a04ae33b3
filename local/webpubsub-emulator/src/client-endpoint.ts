import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { serveFrame } from './client-requests.ts';
import { type Connection, JSON_PROTOCOL, RELIABLE_PROTOCOL, type Subprotocol } from './connection.ts';
import { connected } from './control-frames.ts';
import type { Hub } from './hub.ts';
import type { Hubs } from './hubs.ts';
import type { Limits } from './limits.ts';
import { isGroupName, isHubName } from './names.ts';
import { bearerToken, originOf, splitUrl } from './request-url.ts';
import type { Tokens } from './tokens.ts';
import { refuseUpgrade } from './upgrade-refusal.ts';

export interface ClientEndpoint {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Cuts every socket, also those that belong to no connection. */
  close(): void;
}

interface Dependencies {
  readonly hubs: Hubs;
  readonly tokens: Tokens;
  readonly limits: Limits;
}

const SUBPROTOCOLS: readonly Subprotocol[] = [RELIABLE_PROTOCOL, JSON_PROTOCOL];
const POLICY_VIOLATION = 1008;
/** Said by a client that ends its connection: stop() of the SDK sends a close frame without a code, which reads as 1005. */
const GOOD_BYE = new Set([1000, 1005]);

/** `GET /client/hubs/{hub}` as WebSocket: new connections and recoveries of reliable ones. */
export function makeClientEndpoint({ hubs, tokens, limits }: Dependencies): ClientEndpoint {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxMessageBytes,
    handleProtocols: (offered) => SUBPROTOCOLS.find((each) => offered.has(each)) ?? false,
  });

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { segments, query } = splitUrl(request.url);
    const [client, kind, hub, ...rest] = segments;
    if (client !== 'client' || kind !== 'hubs' || hub === undefined || rest.length > 0) {
      refuseUpgrade(socket, 404, 'Clients connect to /client/hubs/{hub}.');
      return;
    }
    if (!isHubName(hub)) {
      refuseUpgrade(socket, 400, `'${hub}' is not the name of a hub.`);
      return;
    }
    const accept = (serve: (opened: WebSocket) => void): void => server.handleUpgrade(request, socket, head, serve);
    const connectionId = query.get('awps_connection_id');
    if (connectionId !== null) {
      const token = query.get('awps_reconnection_token') ?? undefined;
      accept((opened) => recover(hub, connectionId, token, opened));
      return;
    }
    const token = query.get('access_token') ?? bearerToken(request);
    const verdict = tokens.checkClient(token, originOf(request), hub);
    if (verdict.kind === 'refused') {
      refuseUpgrade(socket, 401, `The token of the client was refused: ${verdict.reason}.`);
      return;
    }
    const { grant } = verdict;
    if (grant.groups.length > limits.maxGroupsPerConnection || !grant.groups.every(isGroupName)) {
      refuseUpgrade(socket, 400, 'The token names a group that cannot be, or too many groups.');
      return;
    }
    if (hubs.isFull()) {
      refuseUpgrade(socket, 429, `There are ${limits.maxConnections} connections already.`);
      return;
    }
    const offered = request.headers['sec-websocket-protocol'];
    if (offered !== undefined && !SUBPROTOCOLS.some((each) => offered.split(/\s*,\s*/).includes(each))) {
      refuseUpgrade(socket, 400, `Of subprotocols there are ${SUBPROTOCOLS.join(' and ')}.`);
      return;
    }
    accept((opened) => {
      const connection = hubs.connect(hub, grant, opened.protocol ? (opened.protocol as Subprotocol) : undefined);
      serve(hubs.find(hub), connection, opened);
      const isReliable = connection.protocol === RELIABLE_PROTOCOL;
      const token = isReliable ? tokens.issueReconnection(connection.id) : undefined;
      connection.control(connected(connection.id, connection.userId, token));
    });
  }

  /**
   * The access token that is still in the URL does not count: it may have expired. A recovery that cannot be is accepted
   * and then closed with 1008, the only answer that ends the SDK's attempts; after a refused handshake it goes on for 30 s.
   */
  function recover(hubName: string, connectionId: string, token: string | undefined, socket: WebSocket): void {
    const hub = hubs.find(hubName);
    const connection = hub.find(connectionId);
    const verdict = tokens.checkReconnection(token, connectionId);
    if (verdict.kind === 'refused' || !connection?.isRecoverable() || socket.protocol !== connection.protocol) {
      socket.on('error', () => {});
      socket.close(POLICY_VIOLATION, 'The connection could not be recovered.');
      return;
    }
    serve(hub, connection, socket);
    connection.replay();
  }

  function serve(hub: Hub, connection: Connection, socket: WebSocket): void {
    let brokeProtocol = false;
    connection.attach(socket);
    socket.on('message', (data, isBinary) => {
      if (!connection.isOn(socket)) return;
      connection.heard();
      serveFrame(hub, connection, data as Buffer, isBinary);
    });
    socket.on('pong', () => connection.heard());
    socket.on('error', (error) => {
      // A frame that is too large or no frame at all would be sent again after a recovery.
      brokeProtocol ||= 'code' in error && String(error.code).startsWith('WS_ERR_');
    });
    socket.on('close', (code) => connection.detach(socket, !brokeProtocol && !GOOD_BYE.has(code)));
  }

  return {
    upgrade,
    close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}
