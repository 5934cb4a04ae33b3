import { operatorsGroup } from '@valerix/contracts/push';
import { json } from '@valerix/platform/http';
import { clientUrl, http } from '../app.ts';

/** Where the dashboard connects to hear everything. */
http.endpoint('operators-negotiate', {
  methods: ['GET'],
  route: 'api/ops/negotiate',
  authLevel: 'function',
  handler: async () => json(200, await clientUrl(operatorsGroup), { 'cache-control': 'no-store' }),
});
