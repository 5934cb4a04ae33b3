import type { OrderService } from '../composition.ts';

/** Throws one dead letter away. */
export function deadLettersDiscard({ http, deadLetters }: OrderService): void {
  http.endpoint('dead-letters-discard', {
    methods: ['DELETE'],
    route: 'api/ops/dead-letters/{id}',
    authLevel: 'function',
    handler: deadLetters.discard,
  });
}
