import type { DeadLetterDetails, DeadLetterSource, DeadLetterView } from '@valerix/contracts/dead-letters-api';
import type { EntityName } from '@valerix/contracts/topology';
import { SECOND } from '../durations.ts';
import type { PropertyValue } from '../messaging.ts';
import { RequestError } from '../problem.ts';
import type { Taking } from './dead-letter-queue.ts';

/** A message that its reader did not handle, wherever it waits for an operator. */
export interface DeadLetter {
  readonly id: string;
  readonly source: DeadLetterSource;
  readonly entity: EntityName;
  readonly reader: string;
  readonly eventType: string | null;
  readonly eventId: string | null;
  readonly reason: string;
  readonly detail: string | null;
  readonly deliveryCount: number;
  readonly enqueuedAt: Date;
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly contentType: string | null;
  readonly body: Buffer;
  readonly properties: Readonly<Record<string, PropertyValue>>;
}

export interface LetterFilter {
  readonly reader?: string | undefined;
  readonly eventType?: string | undefined;
}

export interface LetterPage {
  readonly letters: readonly DeadLetter[];
  /** Where to go on within this place; null at its end. */
  readonly next: string | null;
}

/** One place where dead letters lie, each known there by a key. */
export interface LetterBox {
  /** The first part of the ids of its letters. */
  readonly name: string;
  /** Oldest first, from a place that `next` named or null. Throws the 400 for a place that never was one. Looks at a bounded number: a page may be short, or empty, before the end. */
  list(filter: LetterFilter, from: string | null, limit: number): Promise<LetterPage>;
  find(key: string): Promise<DeadLetter | undefined>;
  /** `work` first, and only what it resolved for is removed. What could not be got hold of is not settled. */
  take(keys: readonly string[], taking: Taking<DeadLetter>): Promise<void>;
  /** How many there are for each reader, counted up to `atMost`. */
  count(atMost: number): Promise<readonly LetterCount[]>;
}

export interface LetterCount {
  readonly source: DeadLetterSource;
  readonly entity: string;
  readonly reader: string;
  readonly letters: number;
}

export const letterId = (box: string, key: string): string => `${box}.${key}`;

/** The box and the key that an id names; keys hold no dot. */
export function splitId(id: string): { box: string; key: string } {
  const dot = id.lastIndexOf('.');
  return { box: id.slice(0, Math.max(dot, 0)), key: id.slice(dot + 1) };
}

/** The 400 for a cursor that no page has given. */
export const notACursor = (options: ErrorOptions = {}): RequestError =>
  new RequestError(
    'invalid_request',
    { errors: [{ field: 'cursor', message: 'must be the nextCursor of a page' }] },
    options,
  );

export const matches = (letter: DeadLetter, { reader, eventType }: LetterFilter): boolean =>
  (reader === undefined || letter.reader === reader) && (eventType === undefined || letter.eventType === eventType);

/** What a list shows of a dead letter. */
export function viewOf(letter: DeadLetter, now: Date): DeadLetterView {
  const { id, source, entity, reader, eventType, eventId, reason, detail, deliveryCount, enqueuedAt } = letter;
  return {
    id,
    source,
    entity,
    reader,
    eventType,
    eventId,
    reason,
    detail,
    deliveryCount,
    enqueuedAt: enqueuedAt.toISOString(),
    ageSeconds: Math.max(0, Math.floor((now.getTime() - enqueuedAt.getTime()) / SECOND)),
  };
}

/** Everything there is to see of a dead letter. */
export function detailsOf(letter: DeadLetter, now: Date): DeadLetterDetails {
  const text = textOf(letter.body);
  return {
    ...viewOf(letter, now),
    messageId: letter.messageId,
    contentType: letter.contentType,
    body: text ?? letter.body.toString('base64'),
    bodyEncoding: text === undefined ? 'base64' : 'utf-8',
    properties: Object.fromEntries(
      Object.entries(letter.properties).map(([name, value]) => [
        name,
        value instanceof Date ? value.toISOString() : value,
      ]),
    ),
  };
}

function textOf(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}
