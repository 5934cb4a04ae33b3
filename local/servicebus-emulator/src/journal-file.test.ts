import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journal, JournalRecord } from './journal.ts';
import { type FileJournal, openFileJournal } from './journal-file.ts';
import { encodeFrame, encodeRecord } from './journal-frames.ts';

let directory: string;
const opened: FileJournal[] = [];

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'journal-'));
});

afterEach(() => {
  for (const journal of opened.splice(0)) journal.close();
  rmSync(directory, { recursive: true });
});

const file = (): string => path.join(directory, 'journal');
const record = (sequence: number): JournalRecord => ({ kind: 'remove', path: 'q', sequence });

interface Replayed {
  readonly records: (readonly [JournalRecord, string | undefined])[];
  readonly discardedBytes: number;
}

function open(sync: 'write' | 'fsync' = 'write', compactAfterBytes?: number): FileJournal {
  const journal = openFileJournal({ directory, sync, ...(compactAfterBytes !== undefined && { compactAfterBytes }) });
  opened.push(journal);
  return journal;
}

function replayed(journal: FileJournal): Replayed {
  const records: [JournalRecord, string | undefined][] = [];
  const { discardedBytes } = journal.replay((found, body) => records.push([found, body?.toString()]));
  return { records, discardedBytes };
}

function durable(journal: Journal): Promise<void> {
  return new Promise((resolve) => {
    journal.whenDurable(resolve);
  });
}

/** As a killed process leaves it: opened anew without a close. */
function afterCrash(): Replayed {
  return replayed(open());
}

describe.each(['write', 'fsync'] as const)('the journal in mode %s', (sync) => {
  it('has what was acknowledged, in order, after the process is gone', async () => {
    const journal = open(sync);
    journal.start(() => {});
    journal.append(record(1), Buffer.from('body'));
    journal.append(record(2), Buffer.alloc(0));
    journal.append(record(3));
    await durable(journal);
    journal.append(record(4));
    await durable(journal);
    expect(afterCrash()).toEqual({
      records: [
        [record(1), 'body'],
        [record(2), ''],
        [record(3), undefined],
        [record(4), undefined],
      ],
      discardedBytes: 0,
    });
  });

  it('acknowledges only after the write', async () => {
    const journal = open(sync);
    journal.start(() => {});
    journal.append(record(1));
    let sizeWhenAcknowledged = 0;
    journal.whenDurable(() => {
      sizeWhenAcknowledged = statSync(file()).size;
    });
    expect(statSync(file()).size).toBe(0);
    await durable(journal);
    expect(sizeWhenAcknowledged).toBeGreaterThan(0);
  });

  it('writes out on close what nobody waited for', () => {
    const journal = open(sync);
    journal.start(() => {});
    journal.append(record(1));
    journal.close();
    expect(afterCrash().records).toEqual([[record(1), undefined]]);
  });
});

describe('the journal', () => {
  it('keeps all that came before a write that was cut short, at whatever byte', async () => {
    const journal = open();
    journal.start(() => {});
    journal.append(record(1), Buffer.from('whole'));
    await durable(journal);
    const wholeSize = statSync(file()).size;
    journal.append(record(2), Buffer.from('torn'));
    await durable(journal);
    const fullSize = statSync(file()).size;
    for (let size = fullSize - 1; size > wholeSize; size--) {
      truncateSync(file(), size);
      expect(afterCrash()).toEqual({ records: [[record(1), 'whole']], discardedBytes: size - wholeSize });
    }
  });

  it('keeps or loses together what was appended in one turn', async () => {
    const journal = open();
    journal.start(() => {});
    journal.append(record(1));
    journal.append(record(2));
    await durable(journal);
    truncateSync(file(), statSync(file()).size - 1);
    expect(afterCrash().records).toEqual([]);
  });

  it('stops at a damaged record instead of believing it', async () => {
    const journal = open();
    journal.start(() => {});
    for (const sequence of [1, 2]) {
      journal.append(record(sequence), Buffer.from('x'));
      await durable(journal);
    }
    const bytes = readFileSync(file());
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    writeFileSync(file(), bytes);
    const { records, discardedBytes } = afterCrash();
    expect(records).toEqual([[record(1), 'x']]);
    expect(discardedBytes).toBeGreaterThan(0);
  });

  it('does not take a tail of zeros, as a power failure leaves it, for a record', async () => {
    const journal = open();
    journal.start(() => {});
    journal.append(record(1));
    await durable(journal);
    appendFileSync(file(), Buffer.alloc(64));
    expect(afterCrash()).toEqual({ records: [[record(1), undefined]], discardedBytes: 64 });
  });

  it('starts with a compacted file and goes on from there', async () => {
    const first = open();
    first.start(() => {});
    for (let sequence = 1; sequence <= 100; sequence++) first.append(record(sequence));
    await durable(first);
    first.close();
    const second = open();
    second.start((append) => append(record(1000)));
    second.append(record(1001));
    await durable(second);
    expect(afterCrash().records.map(([found]) => found)).toEqual([record(1000), record(1001)]);
  });

  it('compacts itself when it has grown, losing nothing that is appended around it', async () => {
    const journal = open('write', 1000);
    const alive = new Map<number, JournalRecord>();
    journal.start((append) => {
      for (const kept of alive.values()) append(kept);
    });
    for (let sequence = 1; sequence <= 200; sequence++) {
      alive.clear();
      alive.set(sequence, record(sequence));
      journal.append(record(sequence), Buffer.alloc(100));
      if (sequence % 7 === 0) await durable(journal);
    }
    await durable(journal);
    expect(journal.sizeBytes).toBeLessThan(5000);
    expect(statSync(file()).size).toBe(journal.sizeBytes);
    expect(afterCrash().records.at(-1)?.[0]).toEqual(record(200));
  });

  it('ignores the unfinished file of a compaction that a crash cut short', () => {
    writeFileSync(file(), encodeFrame(encodeRecord(record(1), undefined)));
    writeFileSync(`${file()}.new`, 'half a snapshot');
    const journal = open();
    expect(replayed(journal).records).toEqual([[record(1), undefined]]);
    journal.start((append) => append(record(1)));
    expect(afterCrash().records).toEqual([[record(1), undefined]]);
  });

  it('writes a snapshot larger than one piece', () => {
    const journal = open();
    const body = Buffer.alloc(300_000, 1);
    journal.start((append) => {
      for (let sequence = 1; sequence <= 10; sequence++) append(record(sequence), body);
    });
    expect(afterCrash().records).toHaveLength(10);
  });
});
