import { Server, ServerCredentials } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { type InventoryServiceServer, InventoryServiceService } from '@valerix/contracts/grpc';
import { inventoryDescriptor } from '@valerix/contracts/grpc-descriptor';
import { HealthImplementation } from 'grpc-health-check';

export interface GrpcServer {
  /** The port it listens on. */
  readonly port: number;
  /** What `grpc.health.v1.Health` answers, for the server as a whole and for its service. */
  setServing(isServing: boolean): void;
  /** Stops accepting, lets running calls finish for at most `withinMs`, then cuts what is left. */
  stop(withinMs: number): Promise<void>;
}

/** No request of ours comes near it; a stranger's is refused before it is read. */
const MESSAGE_BYTES_MAX = 64 * 1024;
const SERVICE_NAME = 'inventory.InventoryService';

/** Starts the gRPC server with its health and reflection services; rejects when the address cannot be taken. */
export async function startGrpcServer(
  address: string,
  port: number,
  service: InventoryServiceServer,
): Promise<GrpcServer> {
  const server = new Server({ 'grpc.max_receive_message_length': MESSAGE_BYTES_MAX });
  const health = new HealthImplementation({ '': 'NOT_SERVING', [SERVICE_NAME]: 'NOT_SERVING' });
  server.addService(InventoryServiceService, service);
  health.addToServer(server);
  reflection().addToServer(server);

  const boundPort = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${address}:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    port: boundPort,
    setServing(isServing) {
      for (const name of ['', SERVICE_NAME]) health.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
    },
    async stop(withinMs) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        server.tryShutdown(() => resolve());
        timer = setTimeout(() => {
          // Health watchers, among others, never end by themselves.
          server.forceShutdown();
          resolve();
        }, withinMs);
      });
      clearTimeout(timer);
    },
  };
}

type PackageDefinition = ConstructorParameters<typeof ReflectionService>[0];

/** Reflection reads nothing but the descriptors, so one entry that carries them stands for the package. */
function reflection(): ReflectionService {
  const definition: PackageDefinition[string] = {
    format: 'Protocol Buffer 3 EnumDescriptorProto',
    type: {},
    fileDescriptorProtos: [Buffer.from(inventoryDescriptor, 'base64')],
  };
  return new ReflectionService({ [SERVICE_NAME]: definition });
}
