/** What one emulator takes from and keeps for its clients; everything it holds in memory is bounded by these. */
export interface Limits {
  /** The body of a REST call and a frame from a client. */
  readonly maxMessageBytes: number;
  /** Clients connected or recoverable, in all hubs together. */
  readonly maxConnections: number;
  readonly maxGroupsPerConnection: number;
  /** What a socket may hold back because its client does not read; beyond it the client is dropped. */
  readonly maxBufferedBytes: number;
  /** Ack ids remembered per connection, to answer a repeated one with `Duplicate`. */
  readonly maxAckIds: number;
  /** Unacknowledged messages kept per reliable connection for a recovery, by count and by size. */
  readonly replayMessages: number;
  readonly replayBytes: number;
  /** How long a reliable connection waits for its client to come back. */
  readonly recoveryWindowMs: number;
  /** How often a quiet socket is pinged, and after how long without any sign of life it is cut. */
  readonly pingIntervalMs: number;
  readonly silenceMs: number;
}

const MIB = 1024 * 1024;
const SECOND = 1000;

/** Message size as the service; the replay buffer and the recovery window as the official emulator. */
export const DEFAULT_LIMITS: Limits = {
  maxMessageBytes: MIB,
  maxConnections: 1000,
  maxGroupsPerConnection: 1000,
  maxBufferedBytes: 16 * MIB,
  maxAckIds: 1000,
  replayMessages: 1000,
  replayBytes: 16 * MIB,
  recoveryWindowMs: 30 * SECOND,
  pingIntervalMs: 15 * SECOND,
  silenceMs: 45 * SECOND,
};
