import { deadLetters, http } from '../app.ts';

/** Throws one dead letter away. */
http.endpoint('dead-letters-discard', {
  methods: ['DELETE'],
  route: 'api/ops/dead-letters/{id}',
  authLevel: 'function',
  handler: deadLetters.discard,
});
