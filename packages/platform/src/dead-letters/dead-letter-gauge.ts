import { setTimeout as delay } from 'node:timers/promises';
import type { Meter } from '@opentelemetry/api';
import { SECOND } from '../durations.ts';
import type { Logger } from '../logger.ts';
import type { LetterBox, LetterCount } from './dead-letter.ts';

export interface DeadLetterGaugeOptions {
  readonly meter: Meter;
  readonly boxes: readonly Pick<LetterBox, 'name' | 'count'>[];
  /** Counting one box stops here. */
  readonly countAtMost: number;
  readonly logger: Logger;
  /** How old counts may be. */
  readonly refreshMs?: number;
  /** How long a reader of metrics waits for newer counts before it gets the last ones. */
  readonly waitMs?: number;
  readonly now?: () => number;
}

/**
 * Shows how many dead letters there are. Counting means looking through queues, so it is done at most once in
 * `refreshMs` and only when metrics are read. A box that cannot be counted is shown as it was counted last.
 */
export function observeDeadLetters(options: DeadLetterGaugeOptions): void {
  const { meter, boxes, countAtMost, logger, refreshMs = 15 * SECOND, waitMs = 500, now = Date.now } = options;
  let counts: readonly LetterCount[] = [];
  let countedAt = Number.NEGATIVE_INFINITY;
  let counting: Promise<void> | undefined;

  const countBox = async ({ name, count }: Pick<LetterBox, 'name' | 'count'>): Promise<readonly LetterCount[]> => {
    try {
      return await count(countAtMost);
    } catch (error) {
      logger.debug('dead_letters_not_counted', { box: name, error });
      // The meter shows what was observed before.
      return [];
    }
  };
  const recount = async (): Promise<void> => {
    counts = (await Promise.all(boxes.map(countBox))).flat();
    countedAt = now();
    counting = undefined;
  };

  meter
    .createObservableGauge('dead_letters', {
      description: `Messages that wait for an operator, counted up to ${countAtMost.toLocaleString('en')} per queue.`,
    })
    .addCallback(async (gauge) => {
      if (now() - countedAt > refreshMs) {
        counting ??= recount();
        const waiting = new AbortController();
        await Promise.race([counting, delay(waitMs, undefined, { signal: waiting.signal }).catch(() => undefined)]);
        waiting.abort();
      }
      for (const { letters, source, entity, reader } of counts) gauge.observe(letters, { source, entity, reader });
    });
}
