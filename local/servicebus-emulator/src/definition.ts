import type { RuleDefinition } from './rule.ts';

/** What an entity is configured to do. Durations in milliseconds. */
export interface Settings {
  readonly lockDurationMs: number;
  readonly maxDeliveryCount: number;
  /** Infinity: messages live until they are received. */
  readonly timeToLiveMs: number;
  readonly deadLettersExpired: boolean;
  readonly requiresSession: boolean;
  readonly requiresDuplicateDetection: boolean;
  readonly duplicateWindowMs: number;
  readonly forwardTo: string | undefined;
  readonly forwardDeadLettersTo: string | undefined;
}

export interface QueueDefinition {
  readonly name: string;
  readonly settings: Settings;
}

export interface SubscriptionDefinition {
  readonly name: string;
  readonly settings: Settings;
  readonly rules: readonly RuleDefinition[];
}

export interface TopicDefinition {
  readonly name: string;
  readonly settings: Settings;
  readonly subscriptions: readonly SubscriptionDefinition[];
}

export interface Topology {
  readonly queues: readonly QueueDefinition[];
  readonly topics: readonly TopicDefinition[];
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The official emulator's defaults. */
export const DEFAULT_SETTINGS: Settings = {
  lockDurationMs: 1 * MINUTE,
  maxDeliveryCount: 3,
  timeToLiveMs: 60 * MINUTE,
  deadLettersExpired: false,
  requiresSession: false,
  requiresDuplicateDetection: false,
  duplicateWindowMs: 20 * SECOND,
  forwardTo: undefined,
  forwardDeadLettersTo: undefined,
};
