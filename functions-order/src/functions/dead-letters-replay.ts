import type { OrderService } from '../composition.ts';

/** Sends a copy of one dead letter to its reader again, and removes the original. */
export function deadLettersReplay({ http, deadLetters }: OrderService): void {
  http.endpoint('dead-letters-replay', {
    methods: ['POST'],
    route: 'api/ops/dead-letters/{id}/replay',
    authLevel: 'function',
    handler: deadLetters.replay,
  });
}
