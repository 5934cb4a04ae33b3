/** What a link is attached to. */
export type Node =
  | { readonly kind: 'cbs'; readonly address: string }
  | { readonly kind: 'management'; readonly address: string; readonly path: string }
  | { readonly kind: 'entity'; readonly address: string; readonly path: string };

/** JavaScript sends `entity`, .NET `/entity` URL-encoded, Python `amqps://host/entity`. */
export function normalizeAddress(address: string | undefined): string {
  const path = (address ?? '').replace(/^(?:amqps?|sb):\/\/[^/]+/, '').replace(/^\/+/, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // a lone % is part of the name
  }
}

export function parseNode(address: string | undefined): Node {
  const normalized = normalizeAddress(address);
  if (normalized.toLowerCase() === '$cbs') return { kind: 'cbs', address: '$cbs' };
  const management = /^(.*)\/\$management$/i.exec(normalized);
  if (management) return { kind: 'management', address: normalized.toLowerCase(), path: management[1] ?? '' };
  return { kind: 'entity', address: normalized.toLowerCase(), path: normalized };
}
