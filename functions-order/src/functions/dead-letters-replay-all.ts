import type { OrderService } from '../composition.ts';

/** Replays all dead letters, or those of one reader or event type; a bounded part at each call. */
export function deadLettersReplayAll({ http, deadLetters }: OrderService): void {
  http.endpoint('dead-letters-replay-all', {
    methods: ['POST'],
    route: 'api/ops/dead-letters/replay',
    authLevel: 'function',
    handler: deadLetters.replayAll,
  });
}
