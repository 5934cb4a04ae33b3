import { json } from '@valerix/platform/http';
import { RequestError } from '@valerix/platform/problem';
import { http, watch } from '../app.ts';

/** Says how the system is. Where that cannot be known, the answer is 503 and not green. */
http.endpoint('alerts-get', {
  methods: ['GET'],
  route: 'api/ops/alerts',
  authLevel: 'function',
  handler: async () => {
    const report = await watch.report().catch((cause: unknown) => {
      throw new RequestError('alerts_unknown', {}, { cause });
    });
    return json(200, report);
  },
});
