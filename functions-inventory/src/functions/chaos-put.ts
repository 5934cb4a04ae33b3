import { chaosChange } from '@valerix/contracts/chaos-api';
import { json } from '@valerix/platform/http';
import { parseRequest } from '@valerix/platform/problem';
import { chaosDesk, http } from '../app.ts';

/** Switches faults on purpose, of every gRPC host within a second; answers what is in force then. */
http.endpoint('chaos-put', {
  methods: ['PUT'],
  route: 'api/ops/chaos',
  authLevel: 'function',
  handler: async (call) => {
    chaosDesk.requireAllowed();
    return json(200, await chaosDesk.change(parseRequest(chaosChange, await call.json())));
  },
});
