import type { IncomingMessage } from 'node:http';

export type Body = { kind: 'read'; bytes: Buffer } | { kind: 'too large' } | { kind: 'aborted' };

/** Reads the whole body, whatever its transfer encoding, unless it is larger than `limitBytes`. */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.resolve({ kind: 'too large' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      // What follows is read and forgotten: a client that is still sending would miss the answer otherwise.
      if (size > limitBytes) resolve({ kind: 'too large' });
      else chunks.push(chunk);
    });
    request.on('end', () =>
      resolve({ kind: 'read', bytes: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks) }),
    );
    request.on('close', () => resolve({ kind: 'aborted' }));
    request.on('error', () => resolve({ kind: 'aborted' }));
  });
}
