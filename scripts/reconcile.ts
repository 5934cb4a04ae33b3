/** `npm run reconcile`: holds the books of a running system, or of two databases, to its promises. */
import { runReconciler } from '@valerix/reconciler/run';
import { readEndpoints } from '../local/endpoints.ts';

process.exitCode = await runReconciler({
  args: process.argv.slice(2),
  env: process.env,
  async booksOfHome(home) {
    const { databases, serviceBus } = await readEndpoints(home);
    return { ...databases, serviceBus };
  },
  print: console.log,
  complain: console.error,
});
