import { acceptSession, sessionFilterOf } from './amqp-client-session.ts';
import { isConnected, linkGone, onLinkGone, WINDOW_OPENED } from './amqp-connection.ts';
import { type ReportFault, toAmqpError } from './amqp-errors.ts';
import { settleDelivery } from './amqp-settlement.ts';
import { encodeDelivery } from './codec-delivery.ts';
import { addReceiver, pump, removeReceiver } from './delivery.ts';
import type { Entity, Receiver } from './entity.ts';
import { notAllowed } from './errors.ts';
import type { RheaDelivery, RheaEvent, RheaSender } from './rhea-internals.ts';

/** A delivery tag is required even when there is no lock to name. */
const NO_LOCK = Buffer.from('0');
const SETTLED_BY_SENDER = 1;

/** A link on which a client receives from an entity. Throws ServiceBusError when it may not. */
export function openClientReceiver(link: RheaSender, entity: Entity, report: ReportFault): void {
  if (entity.kind === 'topic') throw notAllowed(`Cannot create a receiver on the topic '${entity.path}'.`);
  const receiver = makeReceiver(link, entity, report);
  const filter = sessionFilterOf(link);
  if (entity.sessions) {
    if (!filter) {
      throw notAllowed(
        'It is not possible for an entity that requires sessions to create a non-sessionful message receiver.',
      );
    }
    acceptSession(link, entity, receiver, filter, () => start(link, entity, receiver));
    return;
  }
  if (filter) {
    throw notAllowed('A sessionful message receiver cannot be created on an entity that does not require sessions.');
  }
  onLinkGone(link, () => removeReceiver(entity, receiver.receiver));
  start(link, entity, receiver);
}

export interface LinkReceiver {
  readonly receiver: Receiver;
  /** Transfers may be sent: our attach is on the wire. */
  begin(): void;
  flow(): void;
}

function start(link: RheaSender, entity: Entity, { receiver, begin, flow }: LinkReceiver): void {
  const wake = (): void => entity.broker.wake(entity);
  link.on('sender_flow', flow);
  link.session.on(WINDOW_OPENED, wake);
  onLinkGone(link, () => link.session.off(WINDOW_OPENED, wake));
  if (!entity.sessions) addReceiver(entity, receiver);
  // Clients may pipeline attach and flow; rhea would then write transfers in front of our attach.
  setImmediate(begin);
}

function makeReceiver(link: RheaSender, entity: Entity, report: ReportFault): LinkReceiver {
  const deletesOnDelivery = link.remote.attach.snd_settle_mode === SETTLED_BY_SENDER;
  const tokens = new WeakMap<RheaDelivery, Buffer>();
  let queued = 0;
  let hasBegun = false;

  drainProperly(link, (credit) => {
    queued += credit;
  });
  for (const kind of ['accepted', 'rejected', 'released', 'modified'] as const) {
    link.on(kind, ({ delivery }: RheaEvent) => {
      const token = tokens.get(delivery);
      settleDelivery(link, entity, delivery, kind, token, report);
    });
  }

  const receiver: Receiver = {
    deletesOnDelivery,
    /**
     * Credit not yet used up by queued deliveries, limited by the session's window and buffer: rhea sends strictly in
     * order, so one delivery that has to wait would hold up every link of the session.
     */
    available() {
      if (!hasBegun || !link.is_open() || !isConnected(link)) return 0;
      const { outgoing } = link.session;
      const unsent = outgoing.next_delivery_id - outgoing.next_pending_delivery;
      const window =
        outgoing.remote_next_transfer_id === undefined ? outgoing.remote_window : outgoing.transfer_window();
      return Math.min(link.credit - (queued - link.delivery_count), window - unsent, outgoing.available());
    },
    deliver(message) {
      queued++;
      const delivery = link.send(encodeDelivery(message, message.lock), message.lock?.token ?? NO_LOCK, 0);
      if (message.lock) tokens.set(delivery, message.lock.token);
    },
    detach(error) {
      link.close(toAmqpError(error, 'keep the link', report));
      linkGone(link);
    },
  };

  return {
    receiver,
    begin() {
      hasBegun = true;
      entity.broker.wake(entity);
    },
    flow() {
      pump(entity);
      if (!link._draining) return;
      link._drained = true;
      link.issue_flow = true;
      link.connection._register();
    },
  };
}

/** rhea leaves drain=true out of its answer when credit is already 0: the client would wait for its drain timeout. */
export function drainProperly(link: RheaSender, onDrained: (credit: number) => void): void {
  link._get_drain = () => {
    if (!link._draining || !link._drained) return false;
    onDrained(link.credit);
    link.delivery_count += link.credit;
    link.credit = 0;
    link._draining = false;
    return true;
  };
}
