import type { OrderService } from '../composition.ts';

/** Shows one dead letter with its body and its properties. */
export function deadLettersGet({ http, deadLetters }: OrderService): void {
  http.endpoint('dead-letters-get', {
    methods: ['GET'],
    route: 'api/ops/dead-letters/{id}',
    authLevel: 'function',
    handler: deadLetters.get,
  });
}
