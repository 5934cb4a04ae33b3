/** One item of telemetry as the exporters send it: what kind it is, and the trace it belongs to. */
export interface Envelope {
  readonly name: string;
  readonly time: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly data: { readonly baseType: string; readonly baseData: Readonly<Record<string, unknown>> };
}

/** Reads a body of `POST /v2.1/track`: a JSON array, or one JSON document a line. Throws on anything else. */
export function readEnvelopes(text: string): Envelope[] {
  const trimmed = text.trim();
  const items: unknown = trimmed.startsWith('[')
    ? JSON.parse(trimmed)
    : trimmed.split('\n').map((line) => JSON.parse(line));
  if (!Array.isArray(items) || !items.every(isEnvelope)) throw new Error('not a list of telemetry items');
  return items;
}

/** The W3C trace id of the item; undefined when it belongs to none. */
export const traceIdOf = ({ tags }: Envelope): string | undefined => tags['ai.operation.id'];

function isEnvelope(item: unknown): item is Envelope {
  if (typeof item !== 'object' || item === null) return false;
  const { name, time, data, tags } = item as Record<string, unknown>;
  const isData = typeof data === 'object' && data !== null && 'baseType' in data && 'baseData' in data;
  return typeof name === 'string' && typeof time === 'string' && isData && typeof tags === 'object' && tags !== null;
}
