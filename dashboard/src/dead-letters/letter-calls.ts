import {
  type DeadLetterDetails,
  deadLetterDetails,
  deadLetterReplayed,
  deadLettersDiscarded,
  deadLettersReplayed,
} from '@valerix/contracts/dead-letters-api';
import { z } from 'zod';
import type { Caller, ServiceName } from '../live/service-calls.ts';

/** A dead letter belongs to the service whose reader did not handle it. */
export interface LetterPlace {
  readonly service: ServiceName;
  readonly id: string;
}

const pathOf = ({ id }: LetterPlace): string => `/api/ops/dead-letters/${encodeURIComponent(id)}`;

export const readLetter = (call: Caller, place: LetterPlace): Promise<DeadLetterDetails> =>
  call({ service: place.service, path: pathOf(place), schema: deadLetterDetails });

/** Sends a copy to its reader; answers what to tell the operator. */
export async function replayLetter(call: Caller, place: LetterPlace): Promise<string> {
  const { removed } = await call({
    service: place.service,
    method: 'POST',
    path: `${pathOf(place)}/replay`,
    schema: deadLetterReplayed,
  });
  return removed ? 'Replayed: its reader has a fresh copy.' : 'Replayed; the original, or the copy, is listed still.';
}

export async function discardLetter(call: Caller, place: LetterPlace): Promise<string> {
  await call({ service: place.service, method: 'DELETE', path: pathOf(place), schema: z.unknown() });
  return 'Discarded.';
}

/** More calls than a thousand dead letters need; whatever remains is said. */
const ROUNDS_AT_MOST = 10;

/** Each call does a bounded part, so it is repeated while it makes progress. */
async function repeat(once: () => Promise<{ done: number; remaining: number }>, verb: string): Promise<string> {
  let done = 0;
  let remaining = 0;
  for (let round = 0; round < ROUNDS_AT_MOST; round += 1) {
    const answer = await once();
    done += answer.done;
    remaining = Math.max(0, answer.remaining);
    if (remaining === 0 || answer.done === 0) break;
  }
  return remaining === 0 ? `${done} ${verb}.` : `${done} ${verb}, ${remaining} remain.`;
}

export const replayAll = (call: Caller, service: ServiceName): Promise<string> =>
  repeat(async () => {
    const answer = await call({
      service,
      method: 'POST',
      path: '/api/ops/dead-letters/replay',
      schema: deadLettersReplayed,
    });
    return { done: answer.replayed, remaining: answer.remaining };
  }, 'replayed');

export const discardAll = (call: Caller, service: ServiceName): Promise<string> =>
  repeat(async () => {
    const path = '/api/ops/dead-letters?all=true';
    const answer = await call({ service, method: 'DELETE', path, schema: deadLettersDiscarded });
    return { done: answer.discarded, remaining: answer.remaining };
  }, 'discarded');
