import rhea from 'rhea';
import { describe, expect, it } from 'vitest';
import { decodeContent, unbatch } from './codec-content.ts';
import { encodeDelivery, withoutBody } from './codec-delivery.ts';
import { newLockToken, swapGuidOrder } from './lock-token.ts';
import type { MessageContent, StoredMessage } from './message.ts';
import { types } from './rhea-internals.ts';

const { message: codec } = rhea;

function encode(message: object): Buffer {
  return codec.encode(message as Parameters<typeof codec.encode>[0]) as unknown as Buffer;
}

function stored(content: MessageContent, more: Partial<StoredMessage> = {}): StoredMessage {
  return {
    sequence: 7,
    topicSequence: undefined,
    enqueuedAt: 1_700_000_000_000,
    timeToLiveMs: Number.POSITIVE_INFINITY,
    expiresAt: Number.POSITIVE_INFINITY,
    wasScheduled: false,
    deadLetterSource: undefined,
    content,
    deliveryCount: 0,
    state: 'ready',
    isDeferred: false,
    lock: undefined,
    ...more,
  };
}

/** Section descriptor to its value, still typed. */
function sectionsOf(encoded: Buffer): Map<number, { value: { value: unknown; type: { typecode: number } }[] }> {
  const sections = new Map();
  const reader = new types.Reader(encoded) as unknown as {
    read(): { descriptor: { value: number } };
    remaining(): number;
  };
  while (reader.remaining() > 0) {
    const section = reader.read();
    sections.set(section.descriptor.value, section);
  }
  return sections;
}

/** Annotation to its type code and value. */
function typedMap(
  section: { value: { value: unknown; type: { typecode: number } }[] } | undefined,
): Record<string, unknown> {
  const pairs: Record<string, unknown> = {};
  const items = section?.value ?? [];
  for (let index = 0; index < items.length; index += 2) {
    const key = items[index];
    expect(key?.type.typecode).toBe(0xa3); // a symbol
    pairs[String(key?.value)] = [items[index + 1]?.type.typecode, items[index + 1]?.value];
  }
  return pairs;
}

const HEADER = 0x70;
const DELIVERY_ANNOTATIONS = 0x71;
const MESSAGE_ANNOTATIONS = 0x72;

describe('an encoded message', () => {
  it('is read for what the broker needs', () => {
    const content = decodeContent(
      encode({
        ttl: 5000,
        durable: true,
        message_id: 'id',
        group_id: 'session',
        subject: 'label',
        message_annotations: { 'x-opt-scheduled-enqueue-time': types.wrap_timestamp(123), 'x-opt-partition-key': 'p' },
        application_properties: { text: 'x', number: 5, flag: true },
        body: { any: 'thing' },
      }),
    );
    expect(content).toMatchObject({ messageId: 'id', sessionId: 'session', timeToLiveMs: 5000, scheduledFor: 123 });
    expect(content.properties()).toEqual({
      system: { messageId: 'id', sessionId: 'session', subject: 'label' },
      application: { text: 'x', number: 5, flag: true },
    });
  });

  it.each([
    ['a number', types.wrap_ulong(5), '5'],
    ['a uuid', types.wrap_uuid(Buffer.alloc(16, 0xab)), 'ab'.repeat(16)],
  ])('may have %s for its id', (_, id, text) => {
    expect(decodeContent(encode({ message_id: id, body: 1 })).messageId).toBe(text);
  });

  it('needs no more than a body', () => {
    const content = decodeContent(encode({ body: 'alone' }));
    expect(content.messageId).toBeUndefined();
    expect(content.properties()).toEqual({ system: {}, application: {} });
  });

  it.each([
    ['garbage', Buffer.from('garbage')],
    ['a cut message', encode({ body: 'x'.repeat(100) }).subarray(0, 60)],
  ])('is refused when it is %s', (_, bytes) => {
    expect(() => decodeContent(bytes)).toThrow(RangeError);
  });

  it('can hold a batch of others', () => {
    const inner = ['a', 'b'].map((id) => encode({ message_id: id, body: id }));
    const batch = encode({ body: codec.data_sections(inner) });
    expect(unbatch(batch).map((bytes) => decodeContent(bytes).messageId)).toEqual(['a', 'b']);
  });
});

describe('changing properties', () => {
  const original = decodeContent(
    encode({
      message_id: 'id',
      to: 'here',
      application_properties: { keep: types.wrap_long(1), drop: 'x' },
      body: 'b',
    }),
  );

  it('leaves the types of the others and the body alone', () => {
    const changed = original.with({ application: { drop: undefined, added: 'y', whole: 5, real: 1.5 } });
    const sections = sectionsOf(changed.bytes);
    const typed = new Map<unknown, unknown>();
    const items = sections.get(0x74)?.value ?? [];
    for (let index = 0; index < items.length; index += 2)
      typed.set(items[index]?.value, items[index + 1]?.type.typecode);
    expect(Object.fromEntries(typed)).toEqual({ keep: 0x55, added: 0xa1, whole: 0x55, real: 0x82 });
    expect(changed.bytes.subarray(-5)).toEqual(original.bytes.subarray(-5));
    expect(changed.messageId).toBe('id');
  });

  it('reaches the system properties too, beyond those that were there', () => {
    const changed = original.with({ system: { to: undefined, replyToSessionId: 'r', messageId: 'new' } });
    expect(changed.properties().system).toEqual({ messageId: 'new', replyToSessionId: 'r' });
    expect(changed.properties().application).toEqual({ keep: 1, drop: 'x' });
  });

  it('adds the sections that are missing', () => {
    const changed = decodeContent(encode({ body: 'b' })).with({ system: { messageId: 'id' }, application: { a: 'b' } });
    expect(changed.messageId).toBe('id');
    expect(changed.properties().application).toEqual({ a: 'b' });
    expect(codec.decode(changed.bytes).body).toBe('b');
  });

  it('to nothing different gives the same message', () => {
    expect(original.with({})).toBe(original);
  });
});

describe('a delivery', () => {
  const sent = encode({
    durable: true,
    priority: 4,
    message_id: 'id',
    message_annotations: { 'x-opt-partition-key': 'p', 'x-opt-sequence-number': 99 },
    application_properties: { long: types.wrap_long(3) },
    body: { nested: [1, 2, 3] },
  });
  const content = decodeContent(sent);

  it('carries the bare message byte for byte', () => {
    const encoded = encodeDelivery(stored(content), undefined);
    expect(encoded.subarray(-content.bare.length)).toEqual(content.bare);
    expect(codec.decode(encoded).body).toEqual({ nested: [1, 2, 3] });
  });

  it('has a header with all five fields, the delivery count a uint', () => {
    const header = sectionsOf(
      encodeDelivery(stored(content, { deliveryCount: 2, timeToLiveMs: 60_000 }), undefined),
    ).get(HEADER);
    expect(header?.value.map((field) => [field.type.typecode, field.value])).toEqual([
      [0x41, true],
      [0x50, 4],
      [0x70, 60_000],
      [0x40, null],
      [0x70, 2],
    ]);
  });

  it('has annotations of exactly the types that the .NET client casts to', () => {
    const token = newLockToken();
    const message = stored(content, { topicSequence: 3, deadLetterSource: 'orders' });
    const sections = sectionsOf(encodeDelivery(message, { token, until: 1_700_000_030_000, session: undefined }));
    expect(typedMap(sections.get(MESSAGE_ANNOTATIONS))).toEqual({
      'x-opt-enqueued-time': [0x83, new Date(1_700_000_000_000)],
      'x-opt-sequence-number': [0x81, 7],
      'x-opt-enqueue-sequence-number': [0x81, 3],
      'x-opt-locked-until': [0x83, new Date(1_700_000_030_000)],
      'x-opt-message-state': [0x54, 0],
      'x-opt-deadletter-source': [0xa1, 'orders'],
      'x-opt-partition-key': [0xa1, 'p'],
    });
    expect(typedMap(sections.get(DELIVERY_ANNOTATIONS))).toEqual({ 'x-opt-lock-token': [0x98, swapGuidOrder(token)] });
  });

  it.each([
    ['active', {}, 0],
    ['deferred', { isDeferred: true }, 1],
    ['scheduled', { state: 'scheduled' as const }, 2],
    ['once scheduled', { wasScheduled: true }, 2],
  ])('says that a message is %s', (_, facts, state) => {
    const annotations = typedMap(
      sectionsOf(encodeDelivery(stored(content, facts), undefined)).get(MESSAGE_ANNOTATIONS),
    );
    expect(annotations['x-opt-message-state']).toEqual([0x54, state]);
  });

  it('can leave the body out', () => {
    const encoded = encodeDelivery(withoutBody(stored(content)), undefined);
    expect([...sectionsOf(encoded).keys()]).toEqual([0x70, 0x72, 0x73, 0x74]);
  });

  it('of a message that is not AMQP fails loudly', () => {
    const foreign = { ...content, encoding: 'plain' };
    expect(() => encodeDelivery(stored(foreign), undefined)).toThrow(/cannot be delivered over AMQP/);
  });
});

describe('a lock token', () => {
  it('is a version 4 GUID in the byte order of .NET', () => {
    const rfc = swapGuidOrder(newLockToken()).toString('hex');
    expect(rfc).toMatch(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  });

  it('swaps back to what it was', () => {
    const token = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    expect(swapGuidOrder(token).toString('hex')).toBe('33221100554477668899aabbccddeeff');
    expect(swapGuidOrder(swapGuidOrder(token))).toEqual(token);
  });
});
