import { type ChaosChange, type ChaosView, chaosView } from '@valerix/contracts/chaos-api';
import type { Operations } from '../live/operations.ts';
import { mergeChaos } from './chaos.ts';

/** Sets faults and shows at once what is in force afterwards. */
export async function setChaos({ call, store }: Operations, change: ChaosChange): Promise<ChaosView> {
  const view = await call({
    service: 'inventory',
    method: 'PUT',
    path: '/api/ops/chaos',
    body: change,
    schema: chaosView,
  });
  store.apply((board) => ({ ...board, chaos: mergeChaos(board.chaos, view) }));
  return view;
}

export const everythingOff: ChaosChange = {
  gremlin: {
    mode: 'off',
    minDelayMs: 2_000,
    maxDelayMs: 5_000,
    everyNth: 5,
    delayMs: 3_000,
  },
  schrodinger: { mode: 'off', probability: 0.5, everyNth: 0 },
  expiresInSeconds: null,
};
