const POLL_EVERY_MS = 2000;
export const POLLS_MAX = 30;

/** An unsettled order about which an open push channel says nothing for this long is asked about. */
const SILENCE_MS = 6000;

export type Channel = 'connecting' | 'live' | 'down';

export interface PollState {
  /** Whether there is anything to wait for. */
  readonly waiting: boolean;
  readonly channel: Channel;
  /** Polls made since the page last had reason to hope. */
  readonly polls: number;
  readonly lastAskedAt: number;
  /** When the push channel last gave a sign of life about this order, its opening included. */
  readonly lastHeardAt: number;
  /** The service asked not to be called before this. */
  readonly notBefore: number;
}

/** When to ask for the order again, or null: there is nothing to wait for, or it was asked for often enough. */
export function nextPollAt(state: PollState): number | null {
  if (!state.waiting || state.polls >= POLLS_MAX) return null;
  const due = state.lastAskedAt + POLL_EVERY_MS;
  const patience = state.channel === 'live' ? state.lastHeardAt + SILENCE_MS : 0;
  return Math.max(due, patience, state.notBefore);
}
