import type {
  DeadLetterDetails,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetterQuery,
  DeadLetterReplayed,
  DeadLettersDiscarded,
  DeadLettersReplayed,
} from '@valerix/contracts/dead-letters-api';
import type { Logger } from '../logger.ts';
import type { Broker } from '../messaging.ts';
import type { Metrics } from '../metrics.ts';
import type { Database } from '../postgres.ts';
import { RequestError } from '../problem.ts';
import { makeBrokerLetters, type Reader } from './broker-letters.ts';
import { type DeadLetter, detailsOf, type LetterBox, splitId, viewOf } from './dead-letter.ts';
import { observeDeadLetters } from './dead-letter-gauge.ts';
import { countMatches, eachPage, pageOf } from './letter-pages.ts';
import { makeQuarantinedLetters } from './quarantined-letters.ts';
import { copyFor } from './replay-copy.ts';

/** What an operator can do with the dead letters of one service. Errors are of the catalogue where a client is at fault. */
export interface DeadLetters {
  list(query: DeadLetterQuery): Promise<DeadLetterPage>;
  /** Throws `dead_letter_not_found`, as the next two do; those throw `dead_letter_busy` too. */
  find(id: string): Promise<DeadLetterDetails>;
  replay(id: string, traceId: string): Promise<DeadLetterReplayed>;
  discard(id: string, traceId: string): Promise<void>;
  /** Those that match now, oldest first within each queue, at most `perCall`. */
  replayAll(filter: DeadLetterFilter, traceId: string): Promise<DeadLettersReplayed>;
  discardAll(filter: DeadLetterFilter, traceId: string): Promise<DeadLettersDiscarded>;
}

export interface DeadLettersOptions {
  /** Whose dead letters these are: the queues and subscriptions that the service reads. */
  readonly readers: readonly Reader[];
  readonly database: Pick<Database, 'query'>;
  readonly broker: Pick<Broker, 'send' | 'deadLetterQueue'>;
  readonly metrics: Pick<Metrics, 'meter'>;
  readonly logger: Logger;
  readonly now?: () => Date;
  /** How many one call of `replayAll` or `discardAll` handles. */
  readonly perCall?: number;
}

const COUNT_AT_MOST = 1_000;

type Action = 'replayed' | 'discarded';

/**
 * Replaying sends a copy to the same reader and only then removes the original: killed in between, the reader gets the
 * event twice, which it is made for, and nothing is lost.
 */
export function makeDeadLetters(options: DeadLettersOptions): DeadLetters {
  const { readers, database, broker, metrics, logger, now = () => new Date(), perCall = 250 } = options;
  const boxes: readonly LetterBox[] = [
    ...readers.map((reader) => {
      const subscription = reader.reader === reader.entity ? undefined : reader.reader;
      return makeBrokerLetters(reader, broker.deadLetterQueue(reader.entity, subscription));
    }),
    makeQuarantinedLetters(database, readers),
  ];
  observeDeadLetters({ meter: metrics.meter, boxes, countAtMost: COUNT_AT_MOST, logger });
  const counters = {
    replayed: metrics.meter.createCounter('dead_letters_replayed', {
      description: 'Dead letters sent to their readers again.',
    }),
    discarded: metrics.meter.createCounter('dead_letters_discarded', {
      description: 'Dead letters thrown away by an operator.',
    }),
  };

  const addressed = (id: string): { box: LetterBox; key: string } => {
    const { box: name, key } = splitId(id);
    const box = boxes.find((candidate) => candidate.name === name);
    if (box === undefined) throw new RequestError('dead_letter_not_found');
    return { box, key };
  };
  const found = async (id: string): Promise<DeadLetter> => {
    const { box, key } = addressed(id);
    const letter = await box.find(key);
    if (letter === undefined) throw new RequestError('dead_letter_not_found');
    return letter;
  };

  const work: Record<Action, (letters: readonly DeadLetter[]) => Promise<void>> = {
    async replayed(letters) {
      for (const [entity, group] of Map.groupBy(letters, (letter) => letter.entity)) {
        await broker.send(
          entity,
          group.map((letter) => copyFor(letter)),
        );
      }
    },
    discarded: async () => {},
  };

  /** The record of what the operator did: one line for each letter, at a level that is always written. */
  const record = (action: Action, letter: DeadLetter, removed: boolean, traceId: string): void => {
    const { id, source, entity, reader, eventType, eventId, reason } = letter;
    counters[action].add(1, { reader, source });
    logger.warn(`dead_letter_${action}`, {
      by: 'operator',
      id,
      source,
      entity,
      reader,
      eventType,
      eventId,
      reason,
      removed,
      traceId,
    });
  };

  /** Answers how many letters it was done to: `kept` are those of them that are still there. */
  const perform = async (action: Action, box: LetterBox, keys: readonly string[], traceId: string) => {
    const done = { removed: 0, kept: 0 };
    await box.take(keys, {
      work: work[action],
      settled(letter, removed) {
        done[removed ? 'removed' : 'kept'] += 1;
        // A discard that did not remove has done nothing.
        if (removed || action === 'replayed') record(action, letter, removed, traceId);
      },
    });
    return done;
  };

  /**
   * Everything is counted and chosen before the first is touched: what is dead-lettered again meanwhile is not met twice,
   * nor does it count as remaining.
   */
  const performAll = async (action: Action, filter: DeadLetterFilter, traceId: string) => {
    const before = await countMatches(boxes, filter, COUNT_AT_MOST);
    const chosen = new Map<LetterBox, string[]>();
    let room = perCall;
    for await (const { box, letters } of eachPage(boxes, filter, perCall)) {
      const keys = letters.slice(0, room).map(({ id }) => splitId(id).key);
      chosen.set(box, [...(chosen.get(box) ?? []), ...keys]);
      room -= keys.length;
      if (room === 0) break;
    }
    const done = { removed: 0, kept: 0 };
    for (const [box, keys] of chosen) {
      if (keys.length === 0) continue;
      const { removed, kept } = await perform(action, box, keys, traceId);
      done.removed += removed;
      done.kept += kept;
    }
    return { ...done, remaining: Math.max(0, before - done.removed - (action === 'replayed' ? done.kept : 0)) };
  };

  return {
    async list({ limit, cursor, ...filter }) {
      const { letters, nextCursor } = await pageOf(boxes, filter, cursor ?? null, limit);
      return { deadLetters: letters.map((letter) => viewOf(letter, now())), nextCursor };
    },
    find: async (id) => detailsOf(await found(id), now()),
    async replay(id, traceId) {
      await found(id);
      const { box, key } = addressed(id);
      const { removed, kept } = await perform('replayed', box, [key], traceId);
      if (removed + kept === 0) throw new RequestError('dead_letter_busy');
      return { id, removed: removed === 1 };
    },
    async discard(id, traceId) {
      await found(id);
      const { box, key } = addressed(id);
      const { removed } = await perform('discarded', box, [key], traceId);
      if (removed === 0) throw new RequestError('dead_letter_busy');
    },
    async replayAll(filter, traceId) {
      const { removed, kept, remaining: left } = await performAll('replayed', filter, traceId);
      return { replayed: removed + kept, notRemoved: kept, remaining: left };
    },
    async discardAll(filter, traceId) {
      const { removed, remaining: left } = await performAll('discarded', filter, traceId);
      return { discarded: removed, remaining: left };
    },
  };
}
