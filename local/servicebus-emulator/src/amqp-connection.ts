import type {
  AttachFrame,
  FlowFrame,
  Performative,
  RheaConnection,
  RheaLink,
  RheaSession,
  TransferFrame,
} from './rhea-internals.ts';

/** Raised on a session when the peer opened its window, for whatever link waits for that. */
export const WINDOW_OPENED = 'window_opened';

const MAX_UINT = 0xffffffff;

/** Links whose transfers are handed over as bytes. */
const rawLinks = new WeakSet<RheaLink>();
/** What to do when a link, its session or its connection goes away. */
const endings = new WeakMap<RheaLink, (() => void)[]>();

export function receiveRaw(link: RheaLink): void {
  rawLinks.add(link);
}

/** Adds to what happens then; anything added may run after it has become pointless. */
export function onLinkGone(link: RheaLink, run: () => void): void {
  const all = endings.get(link) ?? [];
  all.push(run);
  endings.set(link, all);
}

/** Runs what onLinkGone registered, once. */
export function linkGone(link: RheaLink): void {
  const all = endings.get(link) ?? [];
  endings.delete(link);
  for (const run of all) run();
}

export function isConnected(link: RheaLink): boolean {
  return !link.connection.socket.destroyed;
}

/** By descriptor: how many fields each performative is written with. */
const FIELD_COUNTS: Readonly<Record<number, number>> = {
  16: 10, // open
  17: 8, // begin
  18: 14, // attach
  19: 11, // flow
  20: 11, // transfer
  21: 6, // disposition
  22: 3, // detach
  23: 1, // end
  24: 1, // close
};

/** Call before the connection accepts its socket. */
export function prepareConnection(connection: RheaConnection): void {
  writeAllFields(connection);
}

/** Call once the connection has its socket. */
export function watchSocket(connection: RheaConnection): void {
  connection.socket.on('close', () => {
    connection.each_link(linkGone);
    // rhea leaves its idle timers running after a close that came without an end: a process could not exit.
    connection.socket_ready = false;
    for (const timer of [connection.heartbeat_in, connection.heartbeat_out, connection.abort_idle]) clearTimeout(timer);
  });
}

/** pyamqp reads the fields of open, begin, attach and transfer by position, and rhea leaves trailing ones out. */
function writeAllFields(connection: RheaConnection): void {
  const write = connection._write_frame;
  connection._write_frame = (channel?: number, frame?: Performative, payload?: Buffer): void => {
    if (frame) {
      const count = FIELD_COUNTS[descriptorOf(frame)] ?? 0;
      if (frame.value.length < count) frame.value.length = count;
    }
    write.call(connection, channel, frame, payload);
  };
}

function descriptorOf(frame: Performative): number {
  const { descriptor } = frame.constructor as unknown as { readonly descriptor: { readonly numeric: number } };
  return descriptor.numeric;
}

export function prepareSession(session: RheaSession): void {
  session.setMaxListeners(0); // one WINDOW_OPENED listener per receiving client
  session.local.begin.properties = {};
  session.local.begin.handle_max = MAX_UINT; // pyamqp needs a number here
  attachByNameAndRole(session);
  passTransfersRaw(session);
  announceWindow(session);
  corkWrites(session.connection);
}

/** rhea finds links by name alone; AMQP allows one name in each direction, and proton and uamqp use that. */
function attachByNameAndRole(session: RheaSession): void {
  session.on_attach = (frame: AttachFrame): void => {
    const { name, role, handle } = frame.performative;
    const key = `${role ? 'sending' : 'receiving'}:${name}`;
    let link = session.links[key];
    if (!link) {
      const namesake = session.links[name];
      link = role ? session.create_sender(name) : session.create_receiver(name);
      if (namesake) session.links[name] = namesake;
      else delete session.links[name];
      session.links[key] = link;
      link.name = key;
    }
    link.remote.handle = handle;
    session.remote.handles[handle] = link;
    link.on_attach(frame);
  };
}

/** rhea decodes messages of format 0 only; any other number leaves them as they came. */
function passTransfersRaw(session: RheaSession): void {
  const onTransfer = session.on_transfer;
  session.on_transfer = (frame: TransferFrame): void => {
    const link = session.remote.handles[frame.performative.handle];
    if (link && rawLinks.has(link) && !frame.performative.message_format) frame.performative.message_format = 1;
    onTransfer.call(session, frame);
  };
}

function announceWindow(session: RheaSession): void {
  const onFlow = session.on_flow;
  session.on_flow = (frame: FlowFrame): void => {
    const { handle } = frame.performative;
    const wasFull = session.outgoing.transfer_window() <= 0;
    onFlow.call(session, frame);
    // A flow that names a link opens the window for the session's other links as well.
    if (wasFull || handle === undefined || handle === null) session.emit(WINDOW_OPENED);
  };
}

const corked = new WeakSet<object>();

/**
 * rhea writes every frame on its own: one system call each. Gathering a tick's frames doubles the throughput.
 * Not before the first session opens: clients hang on frames that follow the SASL outcome in one segment.
 */
function corkWrites({ socket }: RheaConnection): void {
  if (corked.has(socket)) return;
  corked.add(socket);
  const write = socket.write;
  let isCorked = false;
  const uncork = (): void => {
    isCorked = false;
    socket.uncork();
  };
  socket.write = ((...parts: Parameters<typeof write>): boolean => {
    if (!isCorked) {
      isCorked = true;
      socket.cork();
      // Two ticks: rhea puts its own work off by one, and it belongs to the same burst.
      process.nextTick(() => process.nextTick(uncork));
    }
    return write.apply(socket, parts);
  }) as typeof write;
}
