import { snapshotTotals } from '@valerix/backup/snapshot-totals';
import { json } from '@valerix/platform/http';
import { databaseExports, http } from '../app.ts';

/** Exports the inventory database now, to go with the next call. */
http.endpoint('snapshots-export', {
  methods: ['POST'],
  route: 'api/ops/snapshots',
  authLevel: 'function',
  handler: async () => json(200, snapshotTotals(await databaseExports.another())),
});
