import type { OrderService } from '../composition.ts';

/** Throws away the dead letters of one reader or event type, or all with `?all=true`; a bounded part at each call. */
export function deadLettersDiscardAll({ http, deadLetters }: OrderService): void {
  http.endpoint('dead-letters-discard-all', {
    methods: ['DELETE'],
    route: 'api/ops/dead-letters',
    authLevel: 'function',
    handler: deadLetters.discardAll,
  });
}
