import { deadLetters, http } from '../app.ts';

/** Shows what waits for an operator among the messages of this service's readers. */
http.endpoint('dead-letters-list', {
  methods: ['GET'],
  route: 'api/ops/dead-letters',
  authLevel: 'function',
  handler: deadLetters.list,
});
