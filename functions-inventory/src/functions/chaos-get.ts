import { json } from '@valerix/platform/http';
import { chaosDesk, http } from '../app.ts';

/** Shows which faults on purpose are in force. */
http.endpoint('chaos-get', {
  methods: ['GET'],
  route: 'api/ops/chaos',
  authLevel: 'function',
  handler: async () => json(200, await chaosDesk.show()),
});
