import {
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { Journal, JournalRecord } from './journal.ts';
import { encodeFrame, encodeRecord, type ReadResult, readFrames } from './journal-frames.ts';

export interface FileJournalOptions {
  readonly directory: string;
  readonly sync: 'write' | 'fsync';
  /** The file is rewritten when it has grown by this much beyond twice its compacted size. */
  readonly compactAfterBytes?: number;
}

/** Appends what is alive now, so that a new file can replace the old one. */
type Snapshot = (append: Journal['append']) => void;

export interface FileJournal extends Journal {
  /** Feeds what the last process left to `onRecord`. Call once, before start(). */
  replay(onRecord: (record: JournalRecord, body?: Buffer) => void): ReadResult;
  /** Rewrites the file with what is alive and opens it for appending. */
  start(snapshot: Snapshot): void;
  readonly sizeBytes: number;
}

const COMPACT_AFTER_BYTES = 64 * 1024 * 1024;
/** A snapshot is written in pieces of this size: one buffer for it all would double the memory in use. */
const SNAPSHOT_PIECE_BYTES = 1024 * 1024;

/**
 * Append-only file. What is appended in one turn of the event loop goes out as one write, and only then are its
 * acknowledgements sent: a write(2) that returned survives kill -9, because the page cache outlives the process.
 */
export function openFileJournal(options: FileJournalOptions): FileJournal {
  const file = path.join(options.directory, 'journal');
  const compactAfterBytes = options.compactAfterBytes ?? COMPACT_AFTER_BYTES;
  let descriptor: number | undefined;
  let snapshot: Snapshot = () => {};
  let pending: Buffer[] = [];
  let callbacks: (() => void)[] = [];
  let flushScheduled = false;
  let syncing = false;
  let sizeBytes = 0;
  let compactedBytes = 0;

  mkdirSync(options.directory, { recursive: true });

  function scheduleFlush(): void {
    if (flushScheduled || syncing) return;
    flushScheduled = true;
    setImmediate(flush);
  }

  function flush(): void {
    flushScheduled = false;
    if (syncing || descriptor === undefined) return;
    const done = callbacks;
    const wrote = pending.length > 0;
    callbacks = [];
    if (wrote) {
      sizeBytes += writeAll(descriptor, encodeFrame(pending));
      pending = [];
    }
    if (wrote && options.sync === 'fsync') {
      const target = descriptor;
      syncing = true;
      fdatasync(target, (error) => {
        if (error) throw error;
        syncing = false;
        if (descriptor === undefined) closeSync(target); // closed meanwhile
        finish(done);
        if (pending.length > 0 || callbacks.length > 0) scheduleFlush();
      });
    } else {
      finish(done);
    }
  }

  function finish(done: (() => void)[]): void {
    for (const callback of done) callback();
    if (descriptor !== undefined && sizeBytes > 2 * compactedBytes + compactAfterBytes) rewrite();
  }

  /** The rename makes it atomic: a crash leaves either the old file or the whole new one. */
  function rewrite(): void {
    const next = `${file}.new`;
    const target = openSync(next, 'w');
    let piece: Buffer[] = [];
    let pieceBytes = 0;
    let written = 0;
    const writePiece = (): void => {
      if (piece.length > 0) written += writeAll(target, encodeFrame(piece));
      piece = [];
      pieceBytes = 0;
    };
    snapshot((record, body) => {
      const parts = encodeRecord(record, body);
      piece.push(...parts);
      for (const part of parts) pieceBytes += part.length;
      if (pieceBytes >= SNAPSHOT_PIECE_BYTES) writePiece();
    });
    writePiece();
    if (options.sync === 'fsync') fdatasyncSync(target);
    if (descriptor !== undefined) closeSync(descriptor);
    renameSync(next, file);
    if (options.sync === 'fsync') syncDirectory(options.directory);
    pending = []; // the snapshot has their effects
    descriptor = target;
    sizeBytes = written;
    compactedBytes = written;
  }

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    replay(onRecord) {
      if (!existsSync(file)) return { records: 0, discardedBytes: 0 };
      return readFrames(readFileSync(file), onRecord);
    },
    start(takeSnapshot) {
      snapshot = takeSnapshot;
      rewrite();
    },
    append(record, body) {
      pending.push(...encodeRecord(record, body));
      scheduleFlush();
    },
    whenDurable(callback) {
      callbacks.push(callback);
      scheduleFlush();
    },
    close() {
      if (descriptor === undefined) return;
      if (pending.length > 0) writeAll(descriptor, encodeFrame(pending));
      pending = [];
      if (options.sync === 'fsync') fdatasyncSync(descriptor);
      const closing = descriptor;
      descriptor = undefined;
      if (!syncing) closeSync(closing);
      for (const callback of callbacks.splice(0)) callback();
    },
  };
}

function writeAll(descriptor: number, data: Buffer): number {
  let written = 0;
  while (written < data.length) written += writeSync(descriptor, data, written);
  return data.length;
}

/** Makes the rename itself durable. Windows cannot open a directory, nor needs to. */
function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(directory, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
