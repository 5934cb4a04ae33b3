import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import rhea from 'rhea';

// The parts of rhea that a broker needs and that its typings leave out or leave untyped. Everything here was read in
// rhea 3.0.5; an upgrade has to be checked against it, and the SDK tests do.

/** An AMQP value with its type; rhea's wrapper. */
export interface Typed {
  readonly type: { readonly typecode: number };
  readonly value: unknown;
  readonly descriptor?: { readonly value: unknown };
}

interface RheaTypes {
  wrap(value: unknown): Typed;
  wrap_int(value: number): Typed;
  wrap_uint(value: number): Typed;
  wrap_ulong(value: number): Typed;
  wrap_long(value: number | Buffer): Typed;
  wrap_double(value: number): Typed;
  wrap_string(value: string): Typed;
  wrap_symbol(value: string): Typed;
  wrap_timestamp(value: number): Typed;
  wrap_uuid(value: Buffer): Typed;
  wrap_list(values: readonly unknown[]): Typed;
  wrap_map(values: object): Typed;
  wrap_array(values: readonly unknown[], typecode: number): Typed;
  described_nc(descriptor: Typed, value: Typed): Typed;
  unwrap(value: Typed): unknown;
  readonly Reader: new (buffer: Buffer) => { read(): Typed };
  readonly Writer: new () => { write(value: Typed): void; toBuffer(): Buffer };
}

/** A delivery state, ready to be written. */
export type DeliveryState = Typed;

interface Outcome {
  described(): DeliveryState;
}

interface RheaOutcomes {
  accepted(): Outcome;
  released(): Outcome;
  rejected(fields: { error?: AmqpErrorFields }): Outcome;
  modified(fields: { undeliverable_here: boolean }): Outcome;
}

export interface AmqpErrorFields {
  readonly condition: string;
  readonly description: string;
}

/** What the peer said about a delivery. */
export interface RemoteOutcome {
  /** Fields by position, still typed. */
  readonly value?: readonly Typed[];
  readonly undeliverable_here?: boolean;
  readonly error?: { readonly condition: string; readonly info?: Record<string, unknown> };
  readonly descriptor?: { readonly value: unknown };
}

export interface RheaDelivery {
  readonly tag: Buffer;
  readonly remote_state?: RemoteOutcome;
  remote_settled: boolean;
  /** The encoded message, kept by rhea for as long as the delivery is unsettled. */
  data: Buffer[];
  update(settled: boolean, state: DeliveryState): void;
}

interface Terminus {
  readonly address?: string;
  readonly filter?: Record<string, unknown>;
}

interface AttachFields {
  source?: Terminus | undefined;
  target?: Terminus | undefined;
  snd_settle_mode?: number;
  rcv_settle_mode?: number;
  properties?: Record<string, unknown>;
}

export interface RheaLink extends EventEmitter {
  name: string;
  readonly session: RheaSession;
  readonly connection: RheaConnection;
  readonly local: { readonly attach: AttachFields };
  readonly remote: { handle: number; readonly attach: Readonly<AttachFields> & { readonly name: string } };
  readonly state: { local_open: boolean; open_requests: number };
  credit: number;
  delivery_count: number;
  issue_flow: boolean;
  set_source(fields: Terminus): void;
  set_target(fields: Terminus): void;
  is_sender(): boolean;
  is_open(): boolean;
  is_remote_open(): boolean;
  open(): void;
  close(error?: AmqpErrorFields): void;
  on_attach(frame: AttachFrame): void;
}

export interface RheaSender extends RheaLink {
  _draining: boolean;
  _drained: boolean;
  _get_drain(): boolean;
  send(message: object): RheaDelivery;
  send(encoded: Buffer, tag: Buffer, format: number): RheaDelivery;
}

interface RheaOutgoing {
  readonly next_delivery_id: number;
  readonly next_pending_delivery: number;
  readonly remote_next_transfer_id: number | undefined;
  readonly remote_window: number;
  transfer_window(): number;
  available(): number;
}

export interface AttachFrame {
  readonly performative: { readonly name: string; readonly role: boolean; readonly handle: number };
}

export interface TransferFrame {
  readonly performative: { readonly handle: number; message_format?: number };
}

export interface FlowFrame {
  readonly performative: { readonly handle?: number };
}

export interface RheaSession extends EventEmitter {
  readonly connection: RheaConnection;
  readonly outgoing: RheaOutgoing;
  readonly links: Record<string, RheaLink>;
  readonly local: { readonly begin: { properties: object; handle_max: number } };
  readonly remote: { readonly handles: Record<number, RheaLink> };
  create_sender(name: string): RheaLink;
  create_receiver(name: string): RheaLink;
  each_link(action: (link: RheaLink) => void): void;
  find_link(accepts: (link: RheaLink) => boolean): RheaLink | undefined;
  on_attach(frame: AttachFrame): void;
  on_transfer(frame: TransferFrame): void;
  on_flow(frame: FlowFrame): void;
}

export interface Performative {
  readonly value: unknown[];
}

export interface RheaConnection extends EventEmitter {
  readonly socket: Socket;
  socket_ready: boolean;
  readonly heartbeat_in?: NodeJS.Timeout;
  readonly heartbeat_out?: NodeJS.Timeout;
  readonly abort_idle?: NodeJS.Timeout;
  accept(socket: Socket): void;
  each_link(action: (link: RheaLink) => void): void;
  _register(): void;
  _write_frame(channel?: number, frame?: Performative, payload?: Buffer): void;
}

export interface RheaMessage {
  readonly message_id?: unknown;
  readonly reply_to?: string;
  readonly application_properties?: Record<string, unknown>;
  readonly body?: unknown;
}

/** What the events used here carry; which fields are there depends on the event. */
export interface RheaEvent {
  readonly session: RheaSession;
  readonly sender: RheaSender;
  readonly receiver: RheaLink;
  readonly delivery: RheaDelivery;
  /** A Buffer when rhea did not decode it (message format other than 0). */
  readonly message: RheaMessage | Buffer;
  readonly format?: number;
}

export interface RheaContainer extends EventEmitter {
  readonly sasl_server_mechanisms: Record<string, unknown> & {
    enable_anonymous(): void;
    enable_plain(callback: () => boolean): void;
  };
  create_connection(options: object): RheaConnection;
  on(event: string, listener: (context: RheaEvent) => void): this;
}

interface RheaModule {
  readonly types: RheaTypes;
  readonly message: RheaOutcomes;
  create_container(options: object): RheaContainer;
}

const library = rhea as unknown as RheaModule;

export const types = library.types;
export const outcomes = library.message;
export const createContainer = (options: object): RheaContainer => library.create_container(options);
