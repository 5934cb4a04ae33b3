import { isConnected, receiveRaw } from './amqp-connection.ts';
import { type ReportFault, rejectedState, toAmqpError } from './amqp-errors.ts';
import { decodeContent, unbatch } from './codec-content.ts';
import type { Entity } from './entity.ts';
import { badArgument, messageTooLarge, notAllowed, notImplemented } from './errors.ts';
import { publish } from './publish.ts';
import { outcomes, type RheaEvent, type RheaLink } from './rhea-internals.ts';

const BATCH_FORMAT = 0x80013700;
const TRANSACTIONAL_STATE = 0x34;

/** A link on which a client sends to an entity. Throws ServiceBusError when it may not. */
export function openClientSender(link: RheaLink, entity: Entity, report: ReportFault): void {
  if (entity.kind === 'subscription' || entity.kind === 'dead-letter') {
    throw notAllowed(`Cannot create a message sender on '${entity.path}'.`);
  }
  receiveRaw(link);
  link.on('message', (event: RheaEvent) => {
    const { delivery } = event;
    try {
      if (delivery.remote_state?.descriptor?.value === TRANSACTIONAL_STATE) {
        throw notImplemented('Transactions are not supported.');
      }
      publish(entity, decodeAll(entity, event));
    } catch (error) {
      delivery.update(true, rejectedState(toAmqpError(error, 'take the message in', report)));
      return;
    }
    entity.broker.journal.whenDurable(() => {
      if (isConnected(link)) delivery.update(true, outcomes.accepted().described());
    });
  });
}

function decodeAll(entity: Entity, { message, format }: RheaEvent): ReturnType<typeof decodeContent>[] {
  if (!Buffer.isBuffer(message)) throw badArgument('The message is not encoded as AMQP.');
  const limit = entity.broker.maxMessageBytes;
  if (message.length > limit) throw messageTooLarge(message.length, limit);
  try {
    // Copied: a view would keep the socket's whole read buffer for as long as one message lives.
    return (format === BATCH_FORMAT ? unbatch(message) : [Buffer.from(message)]).map(decodeContent);
  } catch (error) {
    throw badArgument(`The message cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}
