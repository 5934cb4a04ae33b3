import { badArgument } from './errors.ts';
import { swapGuidOrder } from './lock-token.ts';

// What rhea makes of request bodies, made certain. A field of the wrong type is the client's fault: ServiceBusError.

/** A list or array; a single value counts as a list of one. */
export function toList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/** A long is a number, or eight bytes when it does not fit one. */
export function toInteger(value: unknown, name: string): number {
  const number = Buffer.isBuffer(value) ? Number(value.readBigInt64BE(0)) : Number(value);
  if (value === undefined || value === null || !Number.isFinite(number))
    throw badArgument(`'${name}' must be a number.`);
  return number;
}

export function toText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw badArgument(`'${name}' must be text.`);
  return value;
}

export function toOptionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function toBinary(value: unknown, name: string): Buffer {
  if (!Buffer.isBuffer(value)) throw badArgument(`'${name}' must be binary.`);
  return value;
}

export function toMap(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw badArgument(`'${name}' must be a map.`);
  return value as Record<string, unknown>;
}

/** Lock tokens come as AMQP uuids, in another byte order than delivery tags. */
export function toLockTokens(value: unknown): Buffer[] {
  return toList(value).map((token) => swapGuidOrder(toBinary(token, 'lock-tokens')));
}

export function toSequenceNumbers(value: unknown): number[] {
  return toList(value).map((sequence) => toInteger(sequence, 'sequence-numbers'));
}
