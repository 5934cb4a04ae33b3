import type { Endpoints } from '../../local/endpoints.ts';
import type { Books, Sql } from '../system/books.ts';
import { makeShop } from '../system/shop.ts';
import { until } from '../system/until.ts';
import { type Network, startNetwork } from './network.ts';
import { derivedSeed, type Random, seededRandom } from './random.ts';
import { type Services, type ServicesPlan, startServices } from './services.ts';
import type { Stage } from './stage.ts';
import type { Told } from './told.ts';
import { goShopping, type Shopping, type TrafficOptions } from './traffic.ts';

export type StandIn = 'postgres' | 'servicebus' | 'azurite';

/** What a scenario has to hand. */
export interface World {
  readonly random: Random;
  readonly orders: number;
  /** The short form of the drill is wanted: about ten seconds. */
  readonly isShort: boolean;
  /** The data directory. */
  readonly home: string;
  readonly endpoints: Endpoints;
  readonly books: Books;
  admin(database: 'orders' | 'inventory'): Sql;
  /** Starts the services; they are stopped when the drill is over. */
  start(plan?: ServicesPlan): Promise<Services>;
  /** A network that can break, on the way to an address. */
  network(address: string): Promise<Network>;
  /** Shoppers in the background; the scenario awaits `over`. */
  shopping(more?: Partial<Pick<TrafficOptions, 'orders' | 'seconds' | 'goOn'>>): Promise<Shopping>;
  /** Ends a process that the supervisor keeps and resolves once its successor is there. */
  strike(part: string, signal?: NodeJS.Signals): Promise<void>;
  /** Kills the supervisor and starts another, which finds the processes of the first still running. */
  replaceSupervisor(): Promise<void>;
  /** Notes a fault that was really injected. */
  fault(kind: string, times?: number): void;
  /** Notes something that must not be. */
  breach(sentence: string): void;
  /** Also allows services to end in this way, besides by SIGKILL. */
  allowDeath(how: string): void;
}

/** A drill: one kind of fault among shoppers, that ends with everything healed. */
export interface Scenario {
  readonly name: string;
  /** In one sentence, for `--list`. */
  readonly what: string;
  /** `stand-ins` (the default): the scenario starts the services itself. `whole`: `npm start` runs, with everything. */
  readonly ground?: 'stand-ins' | 'whole';
  /** Before a whole system is started in `home`: what happened to it earlier. */
  prepare?(home: string, portBase: number, random: Random): Promise<void>;
  run(world: World): Promise<void>;
}

/** What a drill did and saw, for its end. */
export interface Track {
  readonly told: readonly Told[];
  readonly faults: ReadonlyMap<string, number>;
  readonly breaches: readonly string[];
  readonly allowedDeaths: ReadonlySet<string>;
  services(): Services | undefined;
  closeNetworks(): Promise<void>;
}

export interface WorldOptions {
  readonly stage: Stage;
  readonly orders: number;
  readonly concurrency: number;
  readonly seed: number;
  readonly isShort: boolean;
}

export function makeWorld({ stage, orders, concurrency, seed, isShort }: WorldOptions): { world: World; track: Track } {
  const { endpoints } = stage.ground;
  const faults = new Map<string, number>();
  const breaches: string[] = [];
  const allowedDeaths = new Set(['SIGKILL']);
  const networks: Network[] = [];
  const sprees: Shopping[] = [];
  let services: Services | undefined;

  const newProduct = async (stock: number): Promise<string> => {
    const attempt = () =>
      makeShop(endpoints)
        .newProduct(stock)
        .catch(() => undefined);
    return until('a product to be created', attempt, { everyMs: 250 });
  };

  const world: World = {
    random: seededRandom(derivedSeed(seed, 'faults')),
    orders,
    isShort,
    home: stage.system.home,
    endpoints,
    books: stage.books,
    admin: stage.admin,
    async start(plan) {
      if (services !== undefined) throw new Error('A drill starts its services once.');
      services = await startServices(stage.ground, plan);
      return services;
    },
    async network(address) {
      const network = await startNetwork(address);
      networks.push(network);
      return network;
    },
    async shopping(more = {}) {
      const count = more.orders ?? orders;
      // Two products that last, and one that sells out in the middle.
      const products = [
        await newProduct(count * 90),
        await newProduct(count * 90),
        await newProduct(Math.ceil(count / 4)),
      ];
      const spree = goShopping({
        orderUrls: services?.orderUrls ?? [endpoints.order],
        operatorKey: endpoints.operatorKey,
        products,
        orders: count,
        concurrency,
        seed: derivedSeed(seed, sprees.length),
        seconds: more.seconds ?? (isShort ? 4 : 8),
        ...(more.goOn && { goOn: more.goOn }),
      });
      sprees.push(spree);
      return spree;
    },
    async strike(part, signal = 'SIGKILL') {
      // It may be between two lives just now.
      const victim = await until(`a process named ${part}`, async () => {
        const pid = (await stage.system.endpoints()).processes[part];
        return pid !== undefined && wasSignalled(pid, signal) && pid;
      });
      world.fault(`${signal} of ${part}`);
      await until(`${part} to be started again`, async () => {
        const pid = (await stage.system.endpoints()).processes[part];
        return pid !== undefined && pid !== victim;
      });
    },
    async replaceSupervisor() {
      world.fault('SIGKILL of the supervisor');
      await stage.replaceSupervisor();
    },
    fault: (kind, times = 1) => void faults.set(kind, (faults.get(kind) ?? 0) + times),
    breach: (sentence) => void breaches.push(sentence),
    allowDeath: (how) => void allowedDeaths.add(how),
  };
  const track: Track = {
    get told() {
      return sprees.flatMap((spree) => spree.told);
    },
    faults,
    breaches,
    allowedDeaths,
    services: () => services,
    closeNetworks: async () => void (await Promise.all(networks.map((network) => network.close()))),
  };
  return { world, track };
}

function wasSignalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
