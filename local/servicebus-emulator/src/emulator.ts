import { readFile } from 'node:fs/promises';
import { makeAdminServer } from './admin.ts';
import type { CheckToken } from './amqp-request.ts';
import { makeAmqpServer } from './amqp-server.ts';
import { type Broker, makeBroker } from './broker.ts';
import { type Clock, systemClock } from './clock.ts';
import { decodeContent } from './codec-content.ts';
import { parseConfig, parseConfigText } from './config.ts';
import { ConfigError } from './config-text.ts';
import type { Topology } from './definition.ts';
import { lockDirectory } from './directory-lock.ts';
import { type Journal, makeVolatileJournal, type SyncMode } from './journal.ts';
import { type FileJournal, openFileJournal } from './journal-file.ts';
import { type Listening, listen } from './listening.ts';
import { makeRecovery, snapshot } from './recovery.ts';

export interface EmulatorOptions {
  /** Path of a Config.json in the official emulator's format, or its content as an object. */
  readonly config: string | object;
  /** AMQP port; 0 (the default) takes a free one. */
  readonly port?: number;
  /** HTTP port for health, counts and purging; 0 takes a free one; none without it. */
  readonly adminPort?: number | undefined;
  /** Default: this machine alone, on both of its loopback addresses. */
  readonly host?: string;
  /** Where messages are kept; without it they live in memory. */
  readonly dataDir?: string | undefined;
  /** Default `write`: survives a killed process. */
  readonly sync?: SyncMode;
  /** Default 256 KiB, as in the service's Standard tier. */
  readonly maxMessageBytes?: number;
  /** Whether a token that a client puts to $cbs is good; default: every one is. */
  readonly checkToken?: CheckToken;
  /** Tests move it to make locks and messages expire. */
  readonly clock?: Clock;
  /** Receives what went wrong inside; default: standard error. */
  readonly log?: (line: string) => void;
}

export interface Emulator {
  readonly port: number;
  readonly adminPort: number | undefined;
  /** For the SDKs, with UseDevelopmentEmulator=true. */
  readonly connectionString: string;
  /** Makes what was taken in durable, drops every connection and leaves no timer or socket behind. */
  close(): Promise<void>;
}

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_MAX_MESSAGE_BYTES = 256 * 1024;
/** How late a lock, a lifetime or a schedule may be noticed. */
const TICK_MS = 50;

/** Throws ConfigError, PortTakenError or DirectoryInUseError. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const log = options.log ?? ((line: string) => console.error(`[servicebus-emulator] ${line}`));
  const report = (what: string, error: unknown): void => log(`Could not ${what}: ${describe(error)}`);
  const topology = await readTopology(options.config);
  const closing: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const storage = await openStorage(options, closing);
    const broker = makeBroker({
      topology,
      clock: options.clock ?? systemClock,
      journal: storage ?? makeVolatileJournal(),
      maxMessageBytes: options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES,
    });
    if (storage) recover(storage, broker, log);
    const ticking = setInterval(() => broker.tick(), TICK_MS);
    closing.push(() => clearInterval(ticking));

    const host = options.host ?? DEFAULT_HOST;
    const amqp = makeAmqpServer(broker, options.checkToken ?? (() => true), report);
    const listener = await listen('the AMQP endpoint', amqp.makeListener, host, options.port ?? 0);
    closing.push(async () => {
      const closed = listener.close();
      amqp.dropConnections();
      await closed;
    });
    const admin = await startAdmin(options, host, broker, () => amqp.connectionCount);
    if (admin) closing.push(() => admin.close());
    return { port: listener.port, adminPort: admin?.port, connectionString: connectionStringFor(listener.port), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readTopology(config: string | object): Promise<Topology> {
  if (typeof config !== 'string') return parseConfig(config);
  let text: string;
  try {
    text = await readFile(config, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`The configuration file ${config} cannot be read: ${reason}.`]);
  }
  return parseConfigText(text);
}

async function openStorage(
  { dataDir, sync = 'write' }: EmulatorOptions,
  closing: (() => Promise<void> | void)[],
): Promise<FileJournal | undefined> {
  if (dataDir === undefined || sync === 'none') return undefined;
  const unlock = await lockDirectory(dataDir);
  closing.push(unlock);
  const journal = openFileJournal({ directory: dataDir, sync });
  closing.push(() => journal.close());
  return journal;
}

function recover(journal: FileJournal, broker: Broker, log: (line: string) => void): void {
  const recovery = makeRecovery(broker, decodeContent);
  const { discardedBytes } = journal.replay(recovery.apply);
  if (discardedBytes > 0) {
    log(`Left out the last ${discardedBytes} bytes of the journal: a write that was cut short and never acknowledged.`);
  }
  for (const path of recovery.unknownPaths) {
    log(`Dropped the messages of '${path}': the configuration does not name it any more.`);
  }
  journal.start((append: Journal['append']) => snapshot(broker, append));
}

async function startAdmin(
  { adminPort }: EmulatorOptions,
  host: string,
  broker: Broker,
  connectionCount: () => number,
): Promise<Listening | undefined> {
  if (adminPort === undefined) return undefined;
  return listen('the HTTP endpoint', () => makeAdminServer(broker, connectionCount), host, adminPort);
}

function connectionStringFor(port: number): string {
  return `Endpoint=sb://localhost:${port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;`;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
