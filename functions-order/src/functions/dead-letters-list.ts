import type { OrderService } from '../composition.ts';

/** Shows what waits for an operator among the messages of this service's readers. */
export function deadLettersList({ http, deadLetters }: OrderService): void {
  http.endpoint('dead-letters-list', {
    methods: ['GET'],
    route: 'api/ops/dead-letters',
    authLevel: 'function',
    handler: deadLetters.list,
  });
}
