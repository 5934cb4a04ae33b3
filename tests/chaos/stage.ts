import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { homeAt, openSecrets } from '../../local/home.ts';
import { adminUrl } from '../../local/postgres.ts';
import { type Books, openBooks, type Sql } from '../system/books.ts';
import { freePortBase } from '../system/free-ports.ts';
import { type RunningSystem, startSystem } from '../system/start.ts';
import { eventsStayUnread } from './events.ts';
import type { ServicesGround } from './services.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const parts = ['functions-order', 'functions-inventory', 'grpc-inventory-host'] as const;

/** What drills stand on: PostgreSQL, Service Bus and storage under the supervisor; the services are each drill's own. */
export interface Stage {
  readonly system: RunningSystem;
  readonly ground: ServicesGround;
  readonly books: Books;
  /** Kills the supervisor, not its children, and starts another in the same place. */
  replaceSupervisor(): Promise<void>;
  /** A database as PostgreSQL's administrator. */
  admin(database: 'orders' | 'inventory'): Sql;
  close(options: { keep: boolean }): Promise<void>;
}

/** Where a stage is: its data directory and the first of its ports. */
export interface Place {
  readonly home: string;
  readonly portBase: number;
}

/** A place that no other stage of this run has. */
export async function newPlace(): Promise<Place> {
  return { home: await mkdtemp(join(tmpdir(), 'valerix-drill-')), portBase: await freePortBase() };
}

/** Starts the stand-ins only, or with `whole` everything, as `npm start` does. */
export async function openStage(place: Place, { whole }: { whole: boolean }): Promise<Stage> {
  const without = whole ? [] : ['grpc', 'order', 'inventory', 'webpubsub'];
  const wanted = { ...place, without, env: eventsStayUnread };
  let system = await startSystem(wanted);
  const endpoints = await system.endpoints();
  const copies = join(system.home, 'dist');
  // Whoever builds in the middle of a run must not change what is drilled.
  if (!whole) for (const part of parts) await cp(join(root, part, 'dist'), join(copies, part), { recursive: true });

  const { postgresPassword } = await openSecrets(homeAt(system.home));
  const pools = new Map<string, pg.Pool>();
  const poolOf = (database: string) => {
    const url = new URL(adminUrl(Number(new URL(endpoints.databases.orders).port), postgresPassword));
    url.pathname = `/${database}`;
    const known = pools.get(database);
    if (known !== undefined) return known;
    const pool = new pg.Pool({ connectionString: url.href, max: 1 });
    pool.on('error', () => undefined);
    pools.set(database, pool);
    return pool;
  };
  const books = openBooks(endpoints);
  return {
    get system() {
      return system;
    },
    async replaceSupervisor() {
      process.kill((await system.endpoints()).supervisor, 'SIGKILL');
      system = await startSystem(wanted);
    },
    ground: { home: system.home, endpoints, dist: (part) => join(copies, part) },
    books,
    admin:
      (database) =>
      async <T>(text: string, parameters: readonly unknown[] = []) =>
        (await poolOf(database).query(text, [...parameters])).rows as T[],
    async close({ keep }) {
      await Promise.all([books.close(), ...[...pools.values()].map((pool) => pool.end())]);
      await system.stop({ keep: true });
      if (!keep) await rm(system.home, { recursive: true, force: true });
    },
  };
}
