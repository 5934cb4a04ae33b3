import { snapshotTotals } from '@valerix/backup/snapshot-totals';
import { json } from '@valerix/platform/http';
import type { OrderService } from '../composition.ts';

/** Exports the orders database now, to go with the next call. */
export function snapshotsExport({ http, databaseExports }: OrderService): void {
  http.endpoint('snapshots-export', {
    methods: ['POST'],
    route: 'api/ops/snapshots',
    authLevel: 'function',
    handler: async () => json(200, snapshotTotals(await databaseExports.another())),
  });
}
