import type { RuleDefinition } from './rule.ts';

/** `none` keeps nothing; `write` survives a killed process; `fsync` also survives a lost power supply. */
export type SyncMode = 'none' | 'write' | 'fsync';

export type JournalRecord =
  | {
      readonly kind: 'enqueue';
      /** Entity path and sequence number of each copy. */
      readonly to: readonly (readonly [path: string, sequence: number])[];
      readonly at: number;
      readonly scheduledFor?: number;
      readonly topic?: string;
      readonly topicSequence?: number;
      readonly wasScheduled?: boolean;
      readonly deadLetterSource?: string;
    }
  | { readonly kind: 'remove'; readonly path: string; readonly sequence: number }
  /** A body replaces the message's content. */
  | {
      readonly kind: 'change';
      readonly path: string;
      readonly sequence: number;
      readonly deliveryCount: number;
      readonly isDeferred: boolean;
    }
  | {
      readonly kind: 'dead-letter';
      readonly path: string;
      readonly sequence: number;
      readonly deliveryCount: number;
    }
  | { readonly kind: 'counter'; readonly path: string; readonly sequence: number }
  | { readonly kind: 'duplicate'; readonly path: string; readonly messageId: string; readonly until: number }
  | { readonly kind: 'forget-duplicates'; readonly path: string }
  /** The body is the state; no body clears it. */
  | { readonly kind: 'session-state'; readonly path: string; readonly sessionId: string }
  /** `configured` is the fingerprint of the rules that the configuration gave: when it changes, it wins. */
  | {
      readonly kind: 'rules';
      readonly path: string;
      readonly configured: string;
      readonly rules: readonly RuleDefinition[];
    };

/**
 * What happened, in order. Records appended in one turn of the event loop are kept or lost together, so a move
 * (dead-lettering with forwarding, a batch, an activated schedule) is never half done after a crash.
 */
export interface Journal {
  append(record: JournalRecord, body?: Buffer): void;
  /** Runs `callback` once all that was appended so far is as durable as the sync mode promises. */
  whenDurable(callback: () => void): void;
  close(): void;
}

/** Keeps nothing: for tests and for `sync: 'none'`. */
export function makeVolatileJournal(): Journal {
  return {
    append() {},
    whenDurable(callback) {
      callback();
    },
    close() {},
  };
}
