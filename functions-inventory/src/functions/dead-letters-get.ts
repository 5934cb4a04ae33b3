import { deadLetters, http } from '../app.ts';

/** Shows one dead letter with its body and its properties. */
http.endpoint('dead-letters-get', {
  methods: ['GET'],
  route: 'api/ops/dead-letters/{id}',
  authLevel: 'function',
  handler: deadLetters.get,
});
