import { crc32 } from 'node:zlib';
import type { JournalRecord } from './journal.ts';

// A frame is what one write put into the file: u32 length, u32 crc32 of the payload, payload.
// The payload is records end to end: u32 header length, u32 body length, header as JSON, body.
const FRAME_HEAD = 8;
const RECORD_HEAD = 8;
/** Stands in the length of a record's body when there is none (an empty body is a body). */
const NO_BODY = 0xffffffff;

export function encodeRecord(record: JournalRecord, body: Buffer | undefined): Buffer[] {
  const header = Buffer.from(JSON.stringify(record));
  const head = Buffer.allocUnsafe(RECORD_HEAD);
  head.writeUInt32LE(header.length, 0);
  head.writeUInt32LE(body ? body.length : NO_BODY, 4);
  return body ? [head, header, body] : [head, header];
}

export function encodeFrame(parts: readonly Buffer[]): Buffer {
  const frame = Buffer.concat([Buffer.allocUnsafe(FRAME_HEAD), ...parts]);
  frame.writeUInt32LE(frame.length - FRAME_HEAD, 0);
  frame.writeUInt32LE(crc32(frame.subarray(FRAME_HEAD)), 4);
  return frame;
}

export interface ReadResult {
  readonly records: number;
  /** Bytes at the end that are not a whole, undamaged frame: a write that a crash cut short. */
  readonly discardedBytes: number;
}

/** Reads frames until the end or until the first one that is cut short or damaged. */
export function readFrames(file: Buffer, onRecord: (record: JournalRecord, body?: Buffer) => void): ReadResult {
  let records = 0;
  let position = 0;
  while (position + FRAME_HEAD <= file.length) {
    const end = position + FRAME_HEAD + file.readUInt32LE(position);
    if (end > file.length) break;
    const payload = file.subarray(position + FRAME_HEAD, end);
    if (payload.length === 0 || crc32(payload) !== file.readUInt32LE(position + 4)) break;
    records += readRecords(payload, onRecord);
    position = end;
  }
  return { records, discardedBytes: file.length - position };
}

function readRecords(payload: Buffer, onRecord: (record: JournalRecord, body?: Buffer) => void): number {
  let records = 0;
  let position = 0;
  while (position < payload.length) {
    const headerEnd = position + RECORD_HEAD + payload.readUInt32LE(position);
    const bodyLength = payload.readUInt32LE(position + 4);
    const record = JSON.parse(payload.toString('utf8', position + RECORD_HEAD, headerEnd)) as JournalRecord;
    if (bodyLength === NO_BODY) {
      onRecord(record);
      position = headerEnd;
    } else {
      position = headerEnd + bodyLength;
      // Copied: a view would keep the whole file in memory for as long as one message lives.
      onRecord(record, Buffer.from(payload.subarray(headerEnd, position)));
    }
    records++;
  }
  return records;
}
