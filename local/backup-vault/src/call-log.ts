import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A call that came: when, to store which day, and whether the day still had one. */
export interface LoggedCall {
  readonly at: string;
  readonly day: string;
  readonly accepted: boolean;
}

export interface CallLog {
  readonly calls: readonly LoggedCall[];
  /** Counts the call before anything comes of it; false when the UTC day has had one. */
  count(at: Date, day: string): boolean;
}

/** Keeps every call in a file that is on disk before the call goes on, so that no restart gives a second one. */
export function openCallLog(directory: string): CallLog {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'calls.jsonl');
  const calls: LoggedCall[] = existsSync(file) ? readFileSync(file, 'utf8').split('\n').flatMap(parseLine) : [];
  return {
    calls,
    count(moment, day) {
      const at = moment.toISOString();
      const accepted = !calls.some((call) => call.accepted && call.at.slice(0, 10) === at.slice(0, 10));
      const call = { at, day, accepted };
      const descriptor = openSync(file, 'a', 0o600);
      writeSync(descriptor, `${JSON.stringify(call)}\n`);
      fsyncSync(descriptor);
      closeSync(descriptor);
      calls.push(call);
      return accepted;
    },
  };
}

/** A process that was killed may have left half a line: that call never went on. */
function parseLine(line: string): LoggedCall[] {
  try {
    return line === '' ? [] : [JSON.parse(line)];
  } catch {
    return [];
  }
}
