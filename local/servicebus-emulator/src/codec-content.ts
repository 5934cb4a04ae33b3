import { applyChanges } from './codec-changes.ts';
import { type AmqpContent, PROPERTY_POSITIONS, type Sections } from './codec-layout.ts';
import {
  binaryAt,
  booleanAt,
  decodeValue,
  elementsOf,
  endOfValue,
  idAt,
  integerAt,
  isNull,
  type Span,
  textAt,
} from './codec-primitives.ts';
import type { PropertyChanges, PropertyView, SystemProperty } from './message.ts';

const HEADER = 0x70;
const MESSAGE_ANNOTATIONS = 0x72;
const PROPERTIES = 0x73;
const APPLICATION_PROPERTIES = 0x74;
const DATA = 0x75;

/** Annotations that only the broker sets. */
const BROKER_ANNOTATIONS = new Set([
  'x-opt-enqueued-time',
  'x-opt-sequence-number',
  'x-opt-enqueue-sequence-number',
  'x-opt-locked-until',
  'x-opt-message-state',
  'x-opt-deadletter-source',
  'x-opt-lock-token',
]);

/** The caller must not change `bytes` afterwards. Throws RangeError for bytes that are not an AMQP message. */
export function decodeContent(bytes: Buffer): AmqpContent {
  let header: Span[] = [];
  let scheduledFor: number | undefined;
  const annotations: Buffer[] = [];
  let bareStart = bytes.length;
  let position = 0;
  while (position < bytes.length && bareStart === bytes.length) {
    const { code, value, end } = sectionAt(bytes, position);
    if (code >= PROPERTIES) bareStart = position;
    else if (code === HEADER) header = elementsOf(bytes, value);
    else if (code === MESSAGE_ANNOTATIONS) scheduledFor = readAnnotations(bytes, value, annotations);
    position = end;
  }
  const bare = bytes.subarray(bareStart);
  const sections = locateSections(bare);
  const properties = sections.properties ? elementsOf(bare, sections.properties[0]) : [];
  const messageId = properties[PROPERTY_POSITIONS.messageId];
  let view: PropertyView | undefined;

  const content: AmqpContent = {
    encoding: 'amqp',
    bytes,
    durable: booleanAt(bytes, header[0]),
    priority: integerAt(bytes, header[1]),
    timeToLiveMs: integerAt(bytes, header[2]),
    firstAcquirer: booleanAt(bytes, header[3]),
    annotations,
    scheduledFor,
    bare,
    sections,
    messageId: messageId && !isNull(bare, messageId) ? idAt(bare, messageId) : undefined,
    sessionId: textAt(bare, properties[PROPERTY_POSITIONS.sessionId]),
    properties() {
      view ??= readProperties(content, properties);
      return view;
    },
    with(changes: PropertyChanges) {
      const changed = applyChanges(content, changes);
      return changed === bare ? content : decodeContent(Buffer.concat([bytes.subarray(0, bareStart), changed]));
    },
  };
  return content;
}

/** The messages inside a batch (message format 0x80013700): one in each data section. Copies. */
export function unbatch(bytes: Buffer): Buffer[] {
  const { bare, sections } = decodeContent(bytes);
  return sections.data.map((span) => Buffer.from(binaryAt(bare, span)));
}

function sectionAt(bytes: Buffer, at: number): { code: number; value: number; end: number } {
  if (bytes[at] !== 0) throw new RangeError(`A message section is expected at ${at}.`);
  const value = endOfValue(bytes, at + 1);
  const end = endOfValue(bytes, value);
  if (end > bytes.length) throw new RangeError('The message is cut short.');
  return { code: integerAt(bytes, [at + 1, value]) ?? 0, value, end };
}

function readAnnotations(bytes: Buffer, map: number, kept: Buffer[]): number | undefined {
  const elements = elementsOf(bytes, map);
  let scheduledFor: number | undefined;
  for (let index = 0; index + 1 < elements.length; index += 2) {
    const key = elements[index] as Span;
    const value = elements[index + 1] as Span;
    const name = textAt(bytes, key) ?? '';
    if (name === 'x-opt-scheduled-enqueue-time') scheduledFor = integerAt(bytes, value);
    if (!BROKER_ANNOTATIONS.has(name)) kept.push(bytes.subarray(key[0], value[1]));
  }
  return scheduledFor;
}

function locateSections(bare: Buffer): Sections {
  let properties: Span | undefined;
  let application: Sections['application'];
  const data: Span[] = [];
  let position = 0;
  while (position < bare.length) {
    const { code, value, end } = sectionAt(bare, position);
    if (code === PROPERTIES) properties = [value, end];
    else if (code === APPLICATION_PROPERTIES) application = { section: [position, end], map: value };
    else if (code === DATA) data.push([value, end]);
    position = end;
  }
  return { properties, application, data };
}

function readProperties({ bare, sections }: AmqpContent, elements: readonly Span[]): PropertyView {
  const system: Partial<Record<SystemProperty, unknown>> = {};
  for (const [name, position] of Object.entries(PROPERTY_POSITIONS) as [SystemProperty, number][]) {
    const span = elements[position];
    if (span && !isNull(bare, span)) system[name] = idAt(bare, span);
  }
  const application: Record<string, unknown> = {};
  const pairs = sections.application ? elementsOf(bare, sections.application.map) : [];
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    const name = textAt(bare, pairs[index]);
    if (name !== undefined) application[name] = decodeValue(bare, pairs[index + 1] as Span);
  }
  return { system, application };
}
