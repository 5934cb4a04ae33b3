import { type CallOptions, type ClientUnaryCall, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import {
  type CheckStockResponse,
  InventoryServiceClient,
  type ReserveStockRequest,
  type ReserveStockResponse,
} from '@valerix/contracts/grpc';
import { inSpan } from '@valerix/platform/telemetry/spans';

interface InventoryCall {
  /** Epoch ms; the call ends by then with DEADLINE_EXCEEDED. */
  readonly deadline: number;
  readonly traceparent?: string | null;
  /** Ends the call early with CANCELLED. */
  readonly signal?: AbortSignal;
}

/** The Inventory service as it is called synchronously. Errors are gRPC's, untouched. */
export interface InventoryClient {
  reserveStock(request: ReserveStockRequest, call: InventoryCall): Promise<ReserveStockResponse>;
  checkStock(productId: string, call: InventoryCall): Promise<CheckStockResponse>;
  close(): void;
}

const channelOptions = {
  // Retries are decided in retry-policy.ts, inside one budget; a second layer below would multiply them.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // The default grows to two minutes, during which a server that is back would go unnoticed.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  // Notices a peer that vanished without a word before the next order does.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 5_000,
} as const;

const reserveSpan = {
  kind: 'client',
  attributes: { 'rpc.system.name': 'grpc', 'rpc.method': 'inventory.InventoryService/ReserveStock' },
} as const;

/** A client of the server at `url`: `http://` for plain text, `https://` for TLS. Connects at the first call. */
export function makeInventoryClient(url: string): InventoryClient {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === 'https:';
  const address = `${hostname}:${port || (secure ? 443 : 80)}`;
  const channel = secure ? credentials.createSsl() : credentials.createInsecure();
  const client = new InventoryServiceClient(address, channel, channelOptions);

  return {
    reserveStock: (request, call) =>
      inSpan('inventory.InventoryService/ReserveStock', reserveSpan, ({ traceparent }) =>
        unary({ ...call, traceparent }, (metadata, options, done) =>
          client.reserveStock(request, metadata, options, done),
        ),
      ),
    checkStock: (productId, call) =>
      unary(call, (metadata, options, done) => client.checkStock({ productId }, metadata, options, done)),
    close: () => client.close(),
  };
}

type Done<T> = (error: ServiceError | null, response: T) => void;
type StartCall<T> = (metadata: Metadata, options: Partial<CallOptions>, done: Done<T>) => ClientUnaryCall;

function unary<T>({ deadline, traceparent, signal }: InventoryCall, start: StartCall<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const metadata = new Metadata();
    if (traceparent) metadata.set('traceparent', traceparent);
    const cancel = () => call.cancel();
    const call = start(metadata, { deadline }, (error, response) => {
      signal?.removeEventListener('abort', cancel);
      if (error === null) resolve(response);
      else reject(error);
    });
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
  });
}
