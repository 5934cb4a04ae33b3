import { deadLetters, http } from '../app.ts';

/** Sends a copy of one dead letter to its reader again, and removes the original. */
http.endpoint('dead-letters-replay', {
  methods: ['POST'],
  route: 'api/ops/dead-letters/{id}/replay',
  authLevel: 'function',
  handler: deadLetters.replay,
});
