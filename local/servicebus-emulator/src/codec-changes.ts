import { type AmqpContent, PROPERTY_POSITIONS } from './codec-layout.ts';
import { elementsOf, encodeValue, type Span, textAt } from './codec-primitives.ts';
import type { PropertyChanges, SystemProperty } from './message.ts';

const NULL_VALUE = Buffer.from([0x40]);

/** The bare message with properties set or removed; all else stays byte for byte. The same buffer if nothing changes. */
export function applyChanges(content: AmqpContent, changes: PropertyChanges): Buffer {
  const hasSystem = Object.keys(changes.system ?? {}).length > 0;
  const hasApplication = Object.keys(changes.application ?? {}).length > 0;
  if (!hasSystem && !hasApplication) return content.bare;
  const { bare, sections } = content;
  const propertiesEnd = sections.properties?.[1] ?? 0;
  const applicationSpan = sections.application?.section ?? [propertiesEnd, propertiesEnd];
  return Buffer.concat([
    hasSystem ? propertiesSection(content, changes.system ?? {}) : bare.subarray(0, propertiesEnd),
    // Nothing but the application properties can stand between: the sections' order is fixed.
    hasApplication ? applicationSection(content, changes.application ?? {}) : bare.subarray(...applicationSpan),
    bare.subarray(applicationSpan[1]),
  ]);
}

function propertiesSection(content: AmqpContent, changes: NonNullable<PropertyChanges['system']>): Buffer {
  const { bare, sections } = content;
  const elements = sections.properties ? elementsOf(bare, sections.properties[0]) : [];
  const values = elements.map(([start, end]) => bare.subarray(start, end));
  for (const [name, value] of Object.entries(changes) as [SystemProperty, string | undefined][]) {
    const position = PROPERTY_POSITIONS[name];
    while (values.length <= position) values.push(NULL_VALUE);
    values[position] = value === undefined ? NULL_VALUE : encodeValue(value);
  }
  return section(0x73, 0xd0, values, values.length);
}

function applicationSection(content: AmqpContent, changes: Readonly<Record<string, unknown>>): Buffer {
  const { bare, sections } = content;
  const pairs = new Map<string, Buffer>();
  const elements = sections.application ? elementsOf(bare, sections.application.map) : [];
  for (let index = 0; index + 1 < elements.length; index += 2) {
    const [start, end] = elements[index + 1] as Span;
    pairs.set(textAt(bare, elements[index]) ?? '', bare.subarray(start, end));
  }
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) pairs.delete(name);
    else pairs.set(name, encodeValue(value));
  }
  const parts = [...pairs].flatMap(([name, value]) => [encodeValue(name), value]);
  return section(0x74, 0xd1, parts, parts.length);
}

/** A section holding a list (0xd0) or map (0xd1) with 32 bit sizes. */
function section(descriptor: number, typeCode: number, elements: readonly Buffer[], count: number): Buffer {
  const body = Buffer.concat(elements);
  const head = Buffer.alloc(12);
  head.set([0x00, 0x53, descriptor, typeCode]);
  head.writeUInt32BE(body.length + 4, 4);
  head.writeUInt32BE(count, 8);
  return Buffer.concat([head, body]);
}
