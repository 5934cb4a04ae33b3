import { isConnected } from './amqp-connection.ts';
import { type ReportFault, rejectedState, toAmqpError } from './amqp-errors.ts';
import type { Entity } from './entity.ts';
import { messageLockLost } from './errors.ts';
import {
  type DeliveryState,
  outcomes,
  type RemoteOutcome,
  type RheaDelivery,
  type RheaLink,
} from './rhea-internals.ts';
import { type Outcome, settle } from './settlement.ts';

type OutcomeKind = 'accepted' | 'rejected' | 'released' | 'modified';

/** Does what the client decided about a delivery, and confirms it once that is durable. */
export function settleDelivery(
  link: RheaLink,
  entity: Entity,
  delivery: RheaDelivery,
  kind: OutcomeKind,
  token: Buffer | undefined,
  report: ReportFault,
): void {
  const said = delivery.remote_state ?? {};
  let answer: DeliveryState;
  try {
    if (!token) throw messageLockLost();
    settle(entity, token, toOutcome(kind, said));
    answer = confirmation(kind, said);
  } catch (error) {
    answer = rejectedState(toAmqpError(error, 'settle the message', report));
  }
  if (delivery.remote_settled) return; // the client does not wait for an answer
  entity.broker.journal.whenDurable(() => {
    if (!isConnected(link)) return;
    delivery.update(true, answer);
    // The client sends nothing back, so rhea would keep the delivery, and all that follow it, for ever.
    delivery.remote_settled = true;
    delivery.data = [];
  });
}

function toOutcome(kind: OutcomeKind, said: RemoteOutcome): Outcome {
  switch (kind) {
    case 'accepted':
      return { kind: 'complete' };
    case 'released':
      return { kind: 'release' };
    case 'modified':
      return { kind: said.undeliverable_here ? 'defer' : 'abandon', properties: annotationsOf(said) };
    case 'rejected': {
      const { DeadLetterReason, DeadLetterErrorDescription, ...properties } = said.error?.info ?? {};
      const condition = said.error?.condition;
      return {
        kind: 'dead-letter',
        reason: textOf(DeadLetterReason) ?? (condition === 'com.microsoft:dead-letter' ? undefined : condition),
        description: textOf(DeadLetterErrorDescription),
        properties,
      };
    }
  }
}

/** Java looks at the type of the answer; to .NET an error in it would mean a refusal. */
function confirmation(kind: OutcomeKind, said: RemoteOutcome): DeliveryState {
  switch (kind) {
    case 'accepted':
      return outcomes.accepted().described();
    case 'released':
      return outcomes.released().described();
    case 'rejected':
      return outcomes.rejected({}).described();
    case 'modified':
      return outcomes.modified({ undeliverable_here: Boolean(said.undeliverable_here) }).described();
  }
}

const MESSAGE_ANNOTATIONS_FIELD = 2;

/** The properties to modify, still typed: decoding would turn a long into whatever rhea makes of a number. */
function annotationsOf(said: RemoteOutcome): Record<string, unknown> | undefined {
  const map = said.value?.[MESSAGE_ANNOTATIONS_FIELD]?.value;
  if (!Array.isArray(map) || map.length === 0) return undefined;
  const properties: Record<string, unknown> = {};
  for (let index = 0; index + 1 < map.length; index += 2) {
    const name: unknown = map[index]?.value;
    properties[String(name)] = map[index + 1];
  }
  return properties;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
