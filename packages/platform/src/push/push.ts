import type { AnyEvent } from '@valerix/contracts/events';
import type { WebPubSubConnection } from '../azure/connection-settings.ts';
import { SECOND } from '../durations.ts';
import { describeError, type Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { makeSparseWarning } from '../sparse-warning.ts';
import { makeTurns } from '../turns.ts';
import { openPushService } from './push-service.ts';

/** The way to browsers. */
export interface Push {
  /**
   * Sends events to all who hear the group, in as few messages as their size needs, before `deadline` (ms since the
   * epoch). Best effort: never rejects. Whoever missed something asks for a snapshot; versions decide what is newer.
   */
  send(group: string, events: readonly AnyEvent[], deadline: number): Promise<void>;
}

export interface PushOptions {
  readonly connection: WebPubSubConnection;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** ms after which a call that was not answered counts as failed. */
  readonly callTimeoutMs?: number;
  /** Calls of this process that are under way at the same time. */
  readonly maxConcurrent?: number;
  /** Bytes of JSON that one message may have. The service takes 1 MB, its emulators may take less. */
  readonly maxMessageBytes?: number;
  readonly now?: () => number;
}

export function makePush(options: PushOptions): Push {
  const { connection, metrics, logger, now = Date.now } = options;
  const { callTimeoutMs = 2 * SECOND, maxConcurrent = 32, maxMessageBytes = 500_000 } = options;
  const service = openPushService(connection);
  const turn = makeTurns(maxConcurrent);
  const sent = metrics.meter.createCounter('push_sent', { description: 'Messages that Web PubSub accepted.' });
  const failed = metrics.meter.createCounter('push_failed', {
    description: 'Messages that it did not, or not in time.',
  });
  // Shows 0, and not nothing, before the first one.
  sent.add(0);
  failed.add(0);
  const warnFailed = makeSparseWarning(logger, 'push_failed');

  const sendMessage = async (group: string, events: readonly AnyEvent[], deadline: number): Promise<void> => {
    const left = deadline - now();
    try {
      if (left <= 0) throw new Error('its turn did not come in time');
      const abortSignal = AbortSignal.timeout(Math.min(callTimeoutMs, left));
      await service.group(group).sendToAll({ events }, { abortSignal });
      sent.add(1);
    } catch (error) {
      failed.add(1);
      warnFailed({ events: events.length, error: describeError(error) });
    }
  };

  return {
    async send(group, events, deadline) {
      const messages = splitBySize(events, maxMessageBytes);
      await Promise.all(messages.map((message) => turn(() => sendMessage(group, message, deadline))));
    },
  };
}

/** Cuts a row of events so that no part has more bytes of JSON than `maxBytes`; an event that is larger goes alone. */
function splitBySize(events: readonly AnyEvent[], maxBytes: number): AnyEvent[][] {
  const parts: AnyEvent[][] = [];
  let room = 0;
  for (const event of events) {
    const bytes = Buffer.byteLength(JSON.stringify(event)) + 1;
    if (bytes > room) {
      parts.push([]);
      room = maxBytes - '{"events":[]}'.length;
    }
    parts.at(-1)?.push(event);
    room -= bytes;
  }
  return parts;
}
