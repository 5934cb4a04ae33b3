import type {
  CheckStockRequest,
  CheckStockResponse,
  InventoryServiceServer,
  ReleaseStockRequest,
  ReleaseStockResponse,
  ReserveStockRequest,
  ReserveStockResponse,
} from '@valerix/contracts/grpc';
import type { Products } from '@valerix/inventory/products';
import type { Reservations } from '@valerix/inventory/reservations';
import { passCrashPoint } from '@valerix/platform/crash-points';
import { checkAnswer, releaseAnswer, reserveAnswer } from './answers.ts';
import type { Chaos } from './chaos/chaos.ts';
import { readCheck, readRelease, readReserve } from './requests.ts';
import { type makeUnary, NotBegun } from './unary.ts';

export interface InventoryServiceOptions {
  readonly reservations: Reservations;
  readonly products: Products;
  readonly chaos: Chaos;
  readonly unary: ReturnType<typeof makeUnary>;
  /** Cuts the connection of the caller at that address. */
  readonly dropConnection: (peer: string) => void;
  /** Reservations under way at once, those that a fault delays included. */
  readonly maxReservations: number;
}

/** The handlers of inventory.InventoryService: read the request, ask the domain, put the outcome into words. */
export function makeInventoryService(options: InventoryServiceOptions): InventoryServiceServer {
  const { reservations, products, chaos, unary, dropConnection, maxReservations } = options;
  return {
    reserveStock: unary<ReserveStockRequest, ReserveStockResponse>(
      'ReserveStock',
      async (call) => {
        const request = readReserve(call.request);
        const fate = chaos.drawFate();
        await chaos.beforeWork(fate);
        passCrashPoint('grpc.before-reserve');
        const outcome = await reservations.reserve({ ...request, traceparent: call.traceparent }, call.isWanted);
        if (outcome.kind === 'not_begun') throw new NotBegun('nobody waits for the reservation any more');
        chaos.afterCommit(fate, () => dropConnection(call.peer));
        passCrashPoint('grpc.before-answer');
        return reserveAnswer(outcome);
      },
      maxReservations,
    ),
    releaseStock: unary<ReleaseStockRequest, ReleaseStockResponse>('ReleaseStock', async (call) =>
      releaseAnswer(await reservations.release({ ...readRelease(call.request), traceparent: call.traceparent })),
    ),
    checkStock: unary<CheckStockRequest, CheckStockResponse>('CheckStock', async (call) => {
      const { productId } = readCheck(call.request);
      return checkAnswer(productId, await products.find(productId));
    }),
  };
}
