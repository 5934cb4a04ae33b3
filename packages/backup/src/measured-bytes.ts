import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

/** A stream that passes bytes on as they are and knows how many they were, and their digest. */
export interface MeasuredBytes {
  readonly stream: Transform;
  bytes(): number;
  /** In hex; once, when the stream has ended. */
  sha256(): string;
}

export function measureBytes(onBytes: (count: number) => void = () => {}): MeasuredBytes {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes, sha256: () => hash.digest('hex') };
}

/** Passes bytes on and tells of them. */
export function countBytes(onBytes: (count: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
}
