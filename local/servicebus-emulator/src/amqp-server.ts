import { createServer, type Server, type Socket } from 'node:net';
import { parseNode } from './amqp-address.ts';
import { drainProperly, openClientReceiver } from './amqp-client-receiver.ts';
import { openClientSender } from './amqp-client-sender.ts';
import { linkGone, prepareConnection, prepareSession, watchSocket } from './amqp-connection.ts';
import { type ReportFault, toAmqpError } from './amqp-errors.ts';
import { type CheckToken, openReplyLink, openRequestLink } from './amqp-request.ts';
import type { Broker } from './broker.ts';
import { notImplemented } from './errors.ts';
import { createContainer, type RheaContainer, type RheaLink, type RheaSender } from './rhea-internals.ts';

export interface AmqpServer {
  /** Accepts on one more address. */
  makeListener(): Server;
  readonly connectionCount: number;
  /** Drops every connection. */
  dropConnections(): void;
}

const CREDIT = 1000;
const SENDER_SETTLES = 1;

/** What our open frame says; rhea takes it from the connection's options, not from the container's. */
const CONNECTION_OPTIONS = {
  properties: { product: 'valerix-servicebus-emulator' },
  max_frame_size: 65536,
  idle_time_out: 120_000,
  channel_max: 4999,
  // rhea frees its outgoing buffer from the head only: one message held for long would stop a session at the default 2048.
  session_buffer_size: { incoming: 2048, outgoing: 1 << 20 },
  tcp_no_delay: true,
};

export function makeAmqpServer(broker: Broker, checkToken: CheckToken, report: ReportFault): AmqpServer {
  const container = makeContainer(broker, checkToken, report);
  const sockets = new Set<Socket>();

  function accept(socket: Socket): void {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    const connection = container.create_connection(CONNECTION_OPTIONS);
    prepareConnection(connection);
    connection.accept(socket);
    watchSocket(connection);
  }

  return {
    makeListener: () => createServer(accept),
    get connectionCount() {
      return sockets.size;
    },
    dropConnections() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function makeContainer(broker: Broker, checkToken: CheckToken, report: ReportFault): RheaContainer {
  const container = createContainer({
    id: 'valerix-servicebus-emulator',
    non_fatal_errors: [],
    all_errors_non_fatal: true,
    sender_options: { treat_modified_as_released: false },
    receiver_options: { autoaccept: false, credit_window: CREDIT, max_message_size: broker.maxMessageBytes },
  });

  const mechanisms = container.sasl_server_mechanisms;
  mechanisms.enable_anonymous();
  mechanisms.enable_plain(() => true);
  // .NET and uamqp pick MSSBCBS: anonymous here, the token goes to $cbs.
  mechanisms.MSSBCBS = mechanisms.ANONYMOUS;
  mechanisms.EXTERNAL = mechanisms.ANONYMOUS;

  container.on('session_open', ({ session }) => prepareSession(session));
  container.on('receiver_open', ({ receiver }) =>
    attach(receiver, () => openFromClient(receiver, broker, checkToken, report), report),
  );
  container.on('sender_open', ({ sender }) => attach(sender, () => openToClient(sender, broker, report), report));
  container.on('sender_close', ({ sender }) => linkGone(sender));
  container.on('session_close', ({ session }) => session.each_link(linkGone));
  for (const event of ['error', 'protocol_error']) container.on(event, (error) => report('read the connection', error));
  // Handled by the socket's close, or of no interest; rhea prints what nobody listens to.
  for (const event of ['disconnected', 'connection_close', 'connection_error', 'session_error', 'sender_error']) {
    container.on(event, () => {});
  }
  for (const event of ['receiver_error', 'receiver_close']) container.on(event, () => {});
  return container;
}

/** A refused link is attached without a terminus and then detached with the reason (AMQP 1.0, 2.6.3). */
function attach(link: RheaLink, open: () => void, report: ReportFault): void {
  link.local.attach.properties = {};
  try {
    open();
  } catch (error) {
    link.local.attach.source = undefined;
    link.local.attach.target = undefined;
    link.close(toAmqpError(error, 'open the link', report));
  }
}

/** The client sends: to an entity, or requests to $cbs and $management. */
function openFromClient(link: RheaLink, broker: Broker, checkToken: CheckToken, report: ReportFault): void {
  const { target, source, snd_settle_mode, rcv_settle_mode } = link.remote.attach;
  if (target?.address === undefined || target.address === null) throw notImplemented('Transactions are not supported.');
  const node = parseNode(target.address);
  link.set_target({ address: target.address });
  link.set_source({ address: source?.address ?? '' });
  if (typeof rcv_settle_mode === 'number') link.local.attach.rcv_settle_mode = rcv_settle_mode;
  if (typeof snd_settle_mode === 'number') link.local.attach.snd_settle_mode = snd_settle_mode;
  if (node.kind === 'entity') openClientSender(link, broker.get(node.path), report);
  else {
    const entity = node.kind === 'management' ? broker.get(node.path) : undefined;
    openRequestLink(link, node, { entity, checkToken, report });
  }
}

/** The client receives: from an entity, or answers of $cbs and $management. */
function openToClient(link: RheaSender, broker: Broker, report: ReportFault): void {
  const { target, source, snd_settle_mode, rcv_settle_mode } = link.remote.attach;
  const node = parseNode(source?.address);
  link.set_source({ address: source?.address ?? '' });
  link.set_target({ address: target?.address ?? '' });
  if (typeof rcv_settle_mode === 'number') link.local.attach.rcv_settle_mode = rcv_settle_mode;
  if (node.kind === 'entity') {
    link.local.attach.snd_settle_mode = snd_settle_mode ?? 0;
    openClientReceiver(link, broker.get(node.path), report);
    return;
  }
  if (node.kind === 'management') broker.get(node.path);
  link.local.attach.snd_settle_mode = SENDER_SETTLES;
  drainProperly(link, () => {});
  openReplyLink(link, node);
}
