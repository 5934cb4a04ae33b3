import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { type AckIds, makeAckIds } from './ack-ids.ts';
import type { Clock } from './clock.ts';
import { disconnected } from './control-frames.ts';
import type { Limits } from './limits.ts';
import type { Outgoing } from './outgoing.ts';
import { makePermissions, type Permissions } from './permissions.ts';
import { makeReplayBuffer } from './replay-buffer.ts';
import type { ClientGrant } from './tokens.ts';

export const JSON_PROTOCOL = 'json.webpubsub.azure.v1';
export const RELIABLE_PROTOCOL = 'json.reliable.webpubsub.azure.v1';
/** Without one, a client speaks no subprotocol: it gets payloads and nothing else. */
export type Subprotocol = typeof JSON_PROTOCOL | typeof RELIABLE_PROTOCOL;

/** A client as the hub knows it. A reliable one outlives its socket and goes on with another. */
export interface Connection {
  readonly id: string;
  readonly userId: string | undefined;
  readonly protocol: Subprotocol | undefined;
  readonly permissions: Permissions;
  /** Kept by the hub. */
  readonly groups: Set<string>;
  readonly ackIds: AckIds;
  /** Takes this socket instead of the one it had, if any. */
  attach(socket: WebSocket): void;
  /** False for a socket that another has replaced, and for any once the connection has ended. */
  isOn(socket: WebSocket): boolean;
  /** The socket is gone. Ends the connection unless its client may come back; nothing if another took its place. */
  detach(socket: WebSocket, mayComeBack: boolean): void;
  /** For clients with a subprotocol; others do not get it. */
  control(frame: Buffer): void;
  deliver(message: Outgoing): void;
  acknowledge(sequenceId: number): void;
  isRecoverable(): boolean;
  /** Sends again what the client has not acknowledged. */
  replay(): void;
  /** Ends it in an orderly way and tells the client why. */
  close(reason: string, code?: number): void;
  /** Ends it at once: the client breaks the rules or does not read. */
  drop(): void;
  /** Notices what has come due: the end of the recovery window, a silent socket. */
  tick(): void;
  /** A sign of life of the client. */
  heard(): void;
}

export interface ConnectionOptions {
  readonly grant: ClientGrant;
  readonly protocol: Subprotocol | undefined;
  readonly limits: Limits;
  readonly clock: Clock;
  /** Called once, when it has ended for good. */
  readonly onEnd: (connection: Connection) => void;
}

const NORMAL_CLOSURE = 1000;
/** A close frame has room for no more. */
const MAX_REASON_BYTES = 123;

export function makeConnection({ grant, protocol, limits, clock, onEnd }: ConnectionOptions): Connection {
  const replayBuffer = protocol === RELIABLE_PROTOCOL ? makeReplayBuffer(limits) : undefined;
  let socket: WebSocket | undefined;
  let ended = false;
  let detachedAt = 0;
  let heardAt = 0;
  let pingedAt = 0;

  function end(): boolean {
    if (ended) return false;
    ended = true;
    onEnd(connection);
    return true;
  }

  function write(bytes: Buffer, isBinary = false): void {
    if (socket?.readyState !== WebSocket.OPEN) return;
    socket.send(bytes, { binary: isBinary });
    if (socket.bufferedAmount > limits.maxBufferedBytes) connection.drop();
  }

  function deliverReliably(message: Outgoing, buffer: NonNullable<typeof replayBuffer>): void {
    if (!buffer.hasRoomFor(message)) {
      // Nobody reads, so nothing will be acknowledged either; a recovery would have a gap. Better none: the client then
      // gets a new connection, and knows that it missed something.
      if (!socket) {
        connection.drop();
        return;
      }
      // The SDK acknowledges once a second, so a fast stream to a healthy client comes here all the time.
      buffer.makeRoomFor(message);
    }
    const sequenceId = buffer.nextSequenceId();
    buffer.add(sequenceId, message);
    write(message.numberedFrame(sequenceId));
  }

  const connection: Connection = {
    id: randomBytes(16).toString('hex'),
    userId: grant.userId,
    protocol,
    permissions: makePermissions(grant.roles),
    groups: new Set(),
    ackIds: makeAckIds(limits.maxAckIds),
    attach(next) {
      const previous = socket;
      socket = next;
      heardAt = clock.now();
      pingedAt = heardAt;
      previous?.terminate();
    },
    isOn: (other) => !ended && socket === other,
    detach(gone, mayComeBack) {
      if (socket !== gone) return;
      socket = undefined;
      detachedAt = clock.now();
      if (!mayComeBack || !connection.isRecoverable()) end();
    },
    control(frame) {
      if (protocol) write(frame);
    },
    deliver(message) {
      if (ended) return;
      if (replayBuffer) deliverReliably(message, replayBuffer);
      else if (protocol) write(message.frame());
      else write(message.raw.bytes, message.raw.isBinary);
    },
    acknowledge: (sequenceId) => replayBuffer?.acknowledge(sequenceId),
    isRecoverable: () => !ended && replayBuffer !== undefined && replayBuffer.isComplete(),
    replay() {
      for (const frame of replayBuffer?.frames() ?? []) write(frame);
    },
    close(reason, code = NORMAL_CLOSURE) {
      if (!end()) return;
      connection.control(disconnected(reason));
      socket?.close(code, shortened(reason));
    },
    drop() {
      if (end()) socket?.terminate();
    },
    tick() {
      const now = clock.now();
      if (!socket) {
        if (now - detachedAt >= limits.recoveryWindowMs) end();
      } else if (now - heardAt >= limits.silenceMs) {
        // Its machine may only have lost its network: the socket goes, a reliable connection stays recoverable.
        socket.terminate();
      } else if (now - Math.max(heardAt, pingedAt) >= limits.pingIntervalMs && socket.readyState === WebSocket.OPEN) {
        pingedAt = now;
        socket.ping();
      }
    },
    heard() {
      heardAt = clock.now();
    },
  };
  return connection;
}

function shortened(reason: string): string {
  if (Buffer.byteLength(reason) <= MAX_REASON_BYTES) return reason;
  // Cuts between characters: what is left of a split one would not be UTF-8.
  return new TextDecoder().decode(Buffer.from(reason).subarray(0, MAX_REASON_BYTES), { stream: true });
}
