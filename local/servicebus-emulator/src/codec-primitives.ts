import { type Typed, types } from './rhea-internals.ts';

// Reads encoded AMQP values in place. Only positions are computed: decoding everything would cost most of a send.

/** [start, end) of an encoded value. */
export type Span = readonly [start: number, end: number];

const NULL = 0x40;

/** Where the value that starts at `at` ends. Throws RangeError for bytes that are not AMQP. */
export function endOfValue(bytes: Buffer, at: number): number {
  const code = bytes.readUInt8(at);
  const next = at + 1;
  if (code === 0) return endOfValue(bytes, endOfValue(bytes, next)); // described: descriptor, then value
  switch (code >>> 4) {
    case 0x4:
      return next;
    case 0x5:
      return next + 1;
    case 0x6:
      return next + 2;
    case 0x7:
      return next + 4;
    case 0x8:
      return next + 8;
    case 0x9:
      return next + 16;
    case 0xa:
    case 0xc:
    case 0xe:
      return next + 1 + bytes.readUInt8(next);
    case 0xb:
    case 0xd:
    case 0xf:
      return next + 4 + bytes.readUInt32BE(next);
    default:
      throw new RangeError(`0x${code.toString(16)} at ${at} is not an AMQP type.`);
  }
}

/** The elements of a list or map. */
export function elementsOf(bytes: Buffer, at: number): Span[] {
  const code = bytes.readUInt8(at);
  if (code === 0x45) return [];
  const isShort = code === 0xc0 || code === 0xc1;
  const count = isShort ? bytes.readUInt8(at + 2) : bytes.readUInt32BE(at + 5);
  let position = at + (isShort ? 3 : 9);
  const elements: Span[] = [];
  for (let index = 0; index < count; index++) {
    const end = endOfValue(bytes, position);
    elements.push([position, end]);
    position = end;
  }
  return elements;
}

export function isNull(bytes: Buffer, span: Span): boolean {
  return bytes[span[0]] === NULL;
}

/** An integer or timestamp of any width; undefined for anything else. */
export function integerAt(bytes: Buffer, span: Span | undefined): number | undefined {
  if (!span) return undefined;
  const at = span[0];
  switch (bytes[at]) {
    case 0x43:
    case 0x44:
      return 0;
    case 0x50:
    case 0x52:
    case 0x53:
      return bytes.readUInt8(at + 1);
    case 0x51:
    case 0x54:
    case 0x55:
      return bytes.readInt8(at + 1);
    case 0x60:
      return bytes.readUInt16BE(at + 1);
    case 0x70:
      return bytes.readUInt32BE(at + 1);
    case 0x71:
      return bytes.readInt32BE(at + 1);
    case 0x80:
    case 0x81:
    case 0x83:
      return Number(bytes.readBigInt64BE(at + 1));
    default:
      return undefined;
  }
}

/** A string or symbol; undefined for anything else. */
export function textAt(bytes: Buffer, span: Span | undefined): string | undefined {
  if (!span) return undefined;
  const [start, end] = span;
  switch (bytes[start]) {
    case 0xa1:
    case 0xa3:
      return bytes.toString('utf8', start + 2, end);
    case 0xb1:
    case 0xb3:
      return bytes.toString('utf8', start + 5, end);
    default:
      return undefined;
  }
}

export function booleanAt(bytes: Buffer, span: Span | undefined): boolean | undefined {
  if (!span || isNull(bytes, span)) return undefined;
  return bytes[span[0]] === 0x41 || (bytes[span[0]] === 0x56 && bytes[span[0] + 1] === 1);
}

/** The bytes of a binary value. */
export function binaryAt(bytes: Buffer, [start, end]: Span): Buffer {
  return bytes.subarray(start + (bytes[start] === 0xa0 ? 2 : 5), end);
}

/** A message id or correlation id as text, whatever its type. */
export function idAt(bytes: Buffer, span: Span): string {
  return textAt(bytes, span) ?? String(integerAt(bytes, span) ?? bytes.toString('hex', span[0] + 1, span[1]));
}

/** Decoded by rhea: for values of unknown type. */
export function decodeValue(bytes: Buffer, [start, end]: Span): unknown {
  return types.unwrap(new types.Reader(bytes.subarray(start, end)).read());
}

/** Whole numbers become long and others double, as the service writes them; a value already typed stays so. */
export function encodeValue(value: unknown): Buffer {
  const writer = new types.Writer();
  writer.write(toTyped(value));
  return Buffer.from(writer.toBuffer());
}

function toTyped(value: unknown): Typed {
  if (isTyped(value)) return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? types.wrap_long(value) : types.wrap_double(value);
  return types.wrap(value);
}

function isTyped(value: unknown): value is Typed {
  return typeof value === 'object' && value !== null && 'type' in value && 'value' in value;
}
