import type { HttpResponseInit } from '@azure/functions';
import { deadLetterDiscardQuery, deadLetterFilter, deadLetterQuery } from '@valerix/contracts/dead-letters-api';
import { type Call, json } from '../http.ts';
import type { Logger } from '../logger.ts';
import { parseRequest, RequestError } from '../problem.ts';
import { traceIdOf } from '../trace-context.ts';
import type { DeadLetters } from './dead-letters.ts';

/** The answers to an operator's requests about dead letters, for the trigger files of each app. */
export type DeadLetterHandlers = Readonly<
  Record<'list' | 'get' | 'replay' | 'replayAll' | 'discard' | 'discardAll', (call: Call) => Promise<HttpResponseInit>>
>;

export function makeDeadLetterHandlers(deadLetters: DeadLetters, logger: Logger): DeadLetterHandlers {
  const queryOf = ({ request }: Call) => Object.fromEntries(request.query);
  const idOf = ({ params }: Call) => params.id ?? '';

  const handlers: DeadLetterHandlers = {
    list: async (call) => json(200, await deadLetters.list(parseRequest(deadLetterQuery, queryOf(call)))),
    get: async (call) => json(200, await deadLetters.find(idOf(call))),
    replay: async (call) => json(200, await deadLetters.replay(idOf(call), traceIdOf(call.traceparent))),
    async replayAll(call) {
      const filter = parseRequest(deadLetterFilter, queryOf(call));
      return json(200, await deadLetters.replayAll(filter, traceIdOf(call.traceparent)));
    },
    async discard(call) {
      await deadLetters.discard(idOf(call), traceIdOf(call.traceparent));
      return { status: 204 };
    },
    async discardAll(call) {
      const { all: _, ...filter } = parseRequest(deadLetterDiscardQuery, queryOf(call));
      return json(200, await deadLetters.discardAll(filter, traceIdOf(call.traceparent)));
    },
  };

  const answering =
    (handler: (call: Call) => Promise<HttpResponseInit>) =>
    async (call: Call): Promise<HttpResponseInit> => {
      try {
        return await handler(call);
      } catch (error) {
        if (!isBrokerError(error)) throw error;
        logger.warn('broker_unavailable', { traceId: traceIdOf(call.traceparent), error });
        throw new RequestError('temporarily_unavailable');
      }
    };
  const { list, get, replay, replayAll, discard, discardAll } = handlers;
  return {
    list: answering(list),
    get: answering(get),
    replay: answering(replay),
    replayAll: answering(replayAll),
    discard: answering(discard),
    discardAll: answering(discardAll),
  };
}

// The client's own errors, those of the AMQP layer below it, and calls that took too long.
const brokerErrors = new Set(['ServiceBusError', 'MessagingError', 'AbortError', 'TimeoutError']);

function isBrokerError(error: unknown): boolean {
  return error instanceof Error && brokerErrors.has(error.name);
}
