import { z } from 'zod';
import { queues, subscriptions } from './topology.ts';

/**
 * A message that its reader did not handle, waiting for an operator: `broker`, in a dead-letter queue of Service Bus,
 * or `quarantine`, set apart by the reader itself in its database.
 */
export const deadLetterSource = z.enum(['broker', 'quarantine']);
export type DeadLetterSource = z.infer<typeof deadLetterSource>;

const readers = [...Object.values(queues), ...Object.values(subscriptions)] as const;
/** A queue or a subscription by its name. */
export const deadLetterReader = z.enum(readers, `must be one of ${readers.join(', ')}`);

export const deadLetterView = z.object({
  /** Opaque, stable and safe in an address. */
  id: z.string(),
  source: deadLetterSource,
  entity: z.string(),
  reader: z.string(),
  /** Null when the message does not say. */
  eventType: z.string().nullable(),
  eventId: z.string().nullable(),
  /** Such as `MaxDeliveryCountExceeded`, `TTLExpiredException`, `unreadable` or `gave_up`. */
  reason: z.string(),
  detail: z.string().nullable(),
  deliveryCount: z.int().min(0),
  enqueuedAt: z.iso.datetime(),
  ageSeconds: z.int().min(0),
});
export type DeadLetterView = z.infer<typeof deadLetterView>;

export const deadLetterDetails = deadLetterView.extend({
  messageId: z.string().nullable(),
  contentType: z.string().nullable(),
  body: z.string(),
  /** `base64` when the body is not text. */
  bodyEncoding: z.enum(['utf-8', 'base64']),
  properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type DeadLetterDetails = z.infer<typeof deadLetterDetails>;

const filter = {
  reader: deadLetterReader.optional(),
  eventType: z.string().min(1, 'must not be empty').max(100, 'must be at most 100 characters').optional(),
};

/** The query of `GET /api/ops/dead-letters`: oldest first within each queue; `cursor` is the `nextCursor` before. */
export const deadLetterQuery = z.strictObject({
  ...filter,
  limit: z.coerce.number('must be a number').int('must be a whole number').min(1).max(200).default(50),
  cursor: z.string().max(300).optional(),
});
export type DeadLetterQuery = z.infer<typeof deadLetterQuery>;

/** The query of `POST /api/ops/dead-letters/replay`. */
export const deadLetterFilter = z.strictObject(filter);
export type DeadLetterFilter = z.infer<typeof deadLetterFilter>;

/** The query of `DELETE /api/ops/dead-letters`: never everything by omission. */
export const deadLetterDiscardQuery = z
  .strictObject({ ...filter, all: z.literal('true', 'must be true').optional() })
  .refine((query) => query.all !== undefined || query.reader !== undefined || query.eventType !== undefined, {
    path: ['all'],
    message: 'must be true, or reader or eventType must say which',
  });

/** A page may be shorter than asked for, even empty, and yet have a `nextCursor`: follow it until it is null. */
export const deadLetterPage = z.object({
  deadLetters: z.array(deadLetterView),
  nextCursor: z.string().nullable(),
});
export type DeadLetterPage = z.infer<typeof deadLetterPage>;

/** `removed` is false when the copy was sent and the original is still listed: replaying it again does no harm. */
export const deadLetterReplayed = z.object({ id: z.string(), removed: z.boolean() });
export type DeadLetterReplayed = z.infer<typeof deadLetterReplayed>;

/** One call does a bounded part; `remaining`: how many more matched when it began, counted up to 1,000 for each queue. */
export const deadLettersReplayed = z.object({
  replayed: z.int().min(0),
  notRemoved: z.int().min(0),
  remaining: z.int().min(0),
});
export type DeadLettersReplayed = z.infer<typeof deadLettersReplayed>;

export const deadLettersDiscarded = z.object({ discarded: z.int().min(0), remaining: z.int().min(0) });
export type DeadLettersDiscarded = z.infer<typeof deadLettersDiscarded>;
