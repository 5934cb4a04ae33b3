import { randomUUID } from 'node:crypto';
import { ServiceBusError } from './errors.ts';
import { type AmqpErrorFields, type DeliveryState, outcomes } from './rhea-internals.ts';

/** Where a fault of the emulator itself is reported; a refusal is no fault. */
export type ReportFault = (what: string, error: unknown) => void;

/** Anything thrown as an AMQP error. What is not a refusal is reported, and its inside stays inside. */
export function toAmqpError(error: unknown, what: string, report: ReportFault): AmqpErrorFields {
  const tracking = `TrackingId:${randomUUID()}, Timestamp:${new Date().toISOString()}`;
  if (error instanceof ServiceBusError) {
    return { condition: error.condition, description: `${error.message} ${tracking}` };
  }
  report(what, error);
  return { condition: 'amqp:internal-error', description: `The emulator could not ${what}. ${tracking}` };
}

export function rejectedState(error: AmqpErrorFields): DeliveryState {
  return outcomes.rejected({ error }).described();
}
