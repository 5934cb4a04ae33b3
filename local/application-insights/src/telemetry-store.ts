import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Envelope, traceIdOf } from './envelope.ts';

export interface TelemetryStore {
  keep(envelopes: readonly Envelope[]): void;
  /** Everything that is kept, oldest first; only that of one trace when `traceId` is given. */
  read(traceId?: string): Envelope[];
}

const MEGABYTE = 1024 * 1024;
const LARGEST_FILE_BYTES = 32 * MEGABYTE;

/** Keeps telemetry in two files of a bounded size: when the newer one is full, the older one goes. */
export function openTelemetryStore(directory: string, largestBytes = LARGEST_FILE_BYTES): TelemetryStore {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const newer = join(directory, 'telemetry.jsonl');
  const older = join(directory, 'telemetry.1.jsonl');
  let size = statSync(newer, { throwIfNoEntry: false })?.size ?? 0;

  return {
    keep(envelopes) {
      const text = envelopes.map((envelope) => `${JSON.stringify(envelope)}\n`).join('');
      if (size + text.length > largestBytes && size > 0) {
        renameSync(newer, older);
        size = 0;
      }
      appendFileSync(newer, text, { mode: 0o600 });
      size += Buffer.byteLength(text);
    },
    read(traceId) {
      const lines = [older, newer].flatMap((file) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []));
      return lines
        .filter((line) => line !== '' && (traceId === undefined || line.includes(traceId)))
        .flatMap(parseLine)
        .filter((envelope) => traceId === undefined || traceIdOf(envelope) === traceId);
    },
  };
}

/** A process that was killed may have left half a line. */
function parseLine(line: string): Envelope[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
