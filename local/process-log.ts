import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const MEGABYTE = 1024 * 1024;
const LARGEST_FILE_BYTES = 20 * MEGABYTE;
// Somebody who never ends a line must not fill the memory.
const LONGEST_LINE = 64 * 1024;
const LINES_REMEMBERED = 20;

/** What one process says, line by line with the time, in a file that is kept to a bounded size. */
export interface ProcessLog {
  readonly file: string;
  /** Takes whatever the process wrote, in pieces of any size. */
  write(text: string): void;
  /** The last lines, without their times. */
  lastLines(): readonly string[];
  /** Writes an unfinished last line. What comes later is remembered, and no longer written. */
  close(): void;
}

/** Opens `<directory>/<name>.log`; what an earlier run left there moves to `<name>.log.1`. */
export function openProcessLog(directory: string, name: string, largestBytes = LARGEST_FILE_BYTES): ProcessLog {
  const file = join(directory, `${name}.log`);
  let written = 0;
  let descriptor: number | undefined = openAnew();
  let unfinished = '';
  let remembered: string[] = [];

  function openAnew(): number {
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0) renameSync(file, `${file}.1`);
    written = 0;
    return openSync(file, 'a', 0o600);
  }

  function append(said: readonly string[]): void {
    const lines = said.filter((line) => line !== '');
    if (lines.length === 0) return;
    remembered = [...remembered, ...lines.slice(-LINES_REMEMBERED)].slice(-LINES_REMEMBERED);
    const time = new Date().toISOString();
    const text = lines.map((line) => `${time} ${line}\n`).join('');
    if (descriptor === undefined) return;
    try {
      writeSync(descriptor, text);
      written += Buffer.byteLength(text);
      if (written < largestBytes) return;
      closeSync(descriptor);
      descriptor = openAnew();
    } catch {
      // A full disk must not take the supervisor down with it.
    }
  }

  return {
    file,
    write(text) {
      const lines = (unfinished + text).split(/\r?\n/);
      unfinished = lines.pop() ?? '';
      if (unfinished.length > LONGEST_LINE) {
        lines.push(unfinished);
        unfinished = '';
      }
      append(lines);
    },
    lastLines: () => remembered,
    close() {
      if (unfinished !== '') append([unfinished]);
      unfinished = '';
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
