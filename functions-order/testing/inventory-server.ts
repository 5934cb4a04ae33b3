import { randomUUID } from 'node:crypto';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import {
  type CheckStockResponse,
  InventoryServiceService,
  Reason,
  type ReserveStockRequest,
  type ReserveStockResponse,
} from '@valerix/contracts/grpc';

type ReserveCall = ServerUnaryCall<ReserveStockRequest, ReserveStockResponse>;
type Answer = sendUnaryData<ReserveStockResponse>;

export interface InventoryServer {
  readonly url: string;
  readonly port: number;
  /** Every ReserveStock request so far, with its metadata's traceparent and the ms that its caller gave it. */
  readonly calls: {
    readonly request: ReserveStockRequest;
    readonly traceparent: string | undefined;
    readonly timeoutMs: number;
  }[];
  /** What ReserveStock does from now on. */
  behave(reserve: (call: ReserveCall, answer: Answer) => void): void;
  /** Ends every call and connection at once. */
  stop(): void;
}

const refusal: ReserveStockResponse = {
  success: false,
  message: 'refused',
  remainingStock: 0,
  reservationId: '',
  reason: Reason.UNSPECIFIED,
  alreadyProcessed: false,
  lines: [],
  refusedProductId: '',
};

const unknownProduct: CheckStockResponse = {
  found: false,
  productId: '',
  stock: 0,
  stockVersion: 0,
  name: '',
  unitPriceMinor: 0,
  currency: '',
};

const linesOf = ({ productId, quantity, lines }: ReserveStockRequest) =>
  lines.length > 0 ? lines : [{ productId, quantity }];

/** The answers an Inventory service can give. */
export const behaviours = {
  reserves: (call: ReserveCall, answer: Answer) =>
    answer(null, {
      ...refusal,
      success: true,
      reservationId: randomUUID(),
      lines: linesOf(call.request).map((line) => ({
        ...line,
        remainingStock: 7,
        stockVersion: 3,
        name: `The ${line.productId}`,
        unitPriceMinor: 500,
        currency: 'EUR',
      })),
    }),
  refuses: (more: Partial<ReserveStockResponse>) => (_: ReserveCall, answer: Answer) =>
    answer(null, { ...refusal, ...more }),
  fails: (code: status) => (_: ReserveCall, answer: Answer) => answer({ code, details: 'on purpose' }),
  hangs: () => {},
};

/** A real gRPC server in this process, on `port` or one that the system gives. */
export async function startInventoryServer(port = 0): Promise<InventoryServer> {
  let reserve: (call: ReserveCall, answer: Answer) => void = behaviours.reserves;
  const calls: InventoryServer['calls'] = [];
  const server = new Server();
  server.addService(InventoryServiceService, {
    reserveStock: (call: ReserveCall, answer: Answer) => {
      const traceparent = call.metadata.get('traceparent')[0]?.toString();
      calls.push({ request: call.request, traceparent, timeoutMs: Number(call.getDeadline()) - Date.now() });
      reserve(call, answer);
    },
    releaseStock: (_: unknown, answer: sendUnaryData<never>) => answer({ code: status.UNIMPLEMENTED }),
    checkStock: (_: unknown, answer: sendUnaryData<CheckStockResponse>) => answer(null, unknownProduct),
  });
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, given) =>
      error ? reject(error) : resolve(given),
    );
  });
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    calls,
    behave(next) {
      reserve = next;
    },
    stop: () => server.forceShutdown(),
  };
}
