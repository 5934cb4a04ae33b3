import { deadLetters, http } from '../app.ts';

/** Throws away the dead letters of one reader or event type, or all with `?all=true`; a bounded part at each call. */
http.endpoint('dead-letters-discard-all', {
  methods: ['DELETE'],
  route: 'api/ops/dead-letters',
  authLevel: 'function',
  handler: deadLetters.discardAll,
});
