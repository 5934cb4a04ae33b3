import { json } from '@valerix/platform/http';
import { backups, http, watch } from '../app.ts';

/** Shows what backups there are, where, and whether all is well with them. */
http.endpoint('backups-get', {
  methods: ['GET'],
  route: 'api/ops/backups',
  authLevel: 'function',
  handler: async () => json(200, await backups.report(await watch.backupStanding())),
});
