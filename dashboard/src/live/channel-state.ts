/**
 * `live`: frames arrive; `silent`: connected, as far as anybody knows, but not even a pong arrives; `down`: there is no
 * connection, and what is shown is read again every few seconds.
 */
export type ChannelState = 'connecting' | 'live' | 'silent' | 'down';

export interface Channel {
  readonly state: ChannelState;
  readonly since: number;
  readonly reason: string | undefined;
}
