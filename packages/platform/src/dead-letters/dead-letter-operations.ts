import {
  type DeadLetterDetails,
  type DeadLetterView,
  deadLetterDetails,
  deadLetterDiscardQuery,
  deadLetterFilter,
  deadLetterPage,
  deadLetterQuery,
  deadLetterReplayed,
  deadLettersDiscarded,
  deadLettersReplayed,
  deadLetterView,
} from '@valerix/contracts/dead-letters-api';
import { z } from 'zod';
import type { DescribedOperation } from '../openapi/operation.ts';

const path = z.object({ id: z.string().describe('As the list shows it.') });
const letter: DeadLetterView = {
  id: 'q-5a0c6a8e-6f0a-4b0c-9a52-0d1c2b3a4f5e',
  source: 'quarantine',
  entity: 'verify-orders',
  reader: 'verify-orders',
  eventType: 'VerifyOrder',
  eventId: '8a4d2f0e-1b6c-4c3d-8e9f-0a1b2c3d4e5f',
  reason: 'gave_up',
  detail: null,
  deliveryCount: 10,
  enqueuedAt: '2026-01-02T03:04:05.678Z',
  ageSeconds: 42,
};
const details: DeadLetterDetails = {
  ...letter,
  messageId: letter.eventId,
  contentType: 'application/json',
  body: '{"eventType":"VerifyOrder"}',
  bodyEncoding: 'utf-8',
  properties: { eventType: 'VerifyOrder' },
};

export const deadLetterSchemas = { DeadLetter: deadLetterView, DeadLetterDetails: deadLetterDetails };

/** What an operator can do about dead letters, by the names that both services give their endpoints. */
export const deadLetterOperations: Readonly<Record<string, DescribedOperation>> = {
  'dead-letters-list': {
    tag: 'dead letters',
    summary: 'Messages that a reader could not handle.',
    description: 'Oldest first within each queue. A page may be shorter than asked for: follow `nextCursor` to null.',
    query: deadLetterQuery,
    answers: {
      200: { description: 'A page.', schema: deadLetterPage, example: { deadLetters: [letter], nextCursor: null } },
    },
    errors: ['invalid_request', 'temporarily_unavailable'],
  },
  'dead-letters-get': {
    tag: 'dead letters',
    summary: 'One dead letter with its body.',
    path,
    answers: { 200: { description: 'The dead letter.', schema: deadLetterDetails, example: details } },
    errors: ['dead_letter_not_found', 'temporarily_unavailable'],
  },
  'dead-letters-replay': {
    tag: 'dead letters',
    summary: 'Sends a copy to its reader again and removes the original.',
    path,
    answers: {
      200: {
        description: 'The copy was sent; `removed` is false when the original is still listed, which does no harm.',
        schema: deadLetterReplayed,
        example: { id: letter.id, removed: true },
      },
    },
    errors: ['dead_letter_not_found', 'dead_letter_busy', 'temporarily_unavailable'],
  },
  'dead-letters-replay-all': {
    tag: 'dead letters',
    summary: 'Replays a bounded part of those that match.',
    query: deadLetterFilter,
    answers: {
      200: {
        description: 'How many; repeat it while some remain.',
        schema: deadLettersReplayed,
        example: { replayed: 12, notRemoved: 0, remaining: 0 },
      },
    },
    errors: ['invalid_request', 'temporarily_unavailable'],
  },
  'dead-letters-discard': {
    tag: 'dead letters',
    summary: 'Throws one dead letter away.',
    path,
    answers: { 204: { description: 'It is gone.' } },
    errors: ['dead_letter_not_found', 'dead_letter_busy', 'temporarily_unavailable'],
  },
  'dead-letters-discard-all': {
    tag: 'dead letters',
    summary: 'Throws away a bounded part of those that match; never everything by omission.',
    query: deadLetterDiscardQuery,
    answers: {
      200: {
        description: 'How many; repeat it while some remain.',
        schema: deadLettersDiscarded,
        example: { discarded: 12, remaining: 0 },
      },
    },
    errors: ['invalid_request', 'temporarily_unavailable'],
  },
};
