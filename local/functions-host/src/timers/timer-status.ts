import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** What the real host keeps in a blob per timer, with its property names; instants in ISO 8601. */
const schema = z.object({ Last: z.string(), Next: z.string(), LastUpdated: z.string() });

export type TimerStatus = z.infer<typeof schema>;

/** .NET's "no date yet". */
export const NEVER = '0001-01-01T00:00:00+00:00';

export interface TimerStatusStore {
  read(functionName: string): TimerStatus | undefined;
  write(functionName: string, status: TimerStatus): void;
}

/** Files laid out as the blobs are: `timers/Host.Functions.{name}/status`. */
export function makeTimerStatusStore(stateDirectory: string): TimerStatusStore {
  const fileOf = (functionName: string) =>
    path.join(stateDirectory, 'timers', `Host.Functions.${functionName}`, 'status');
  return {
    read(functionName) {
      const file = fileOf(functionName);
      if (!existsSync(file)) return undefined;
      const parsed = schema.safeParse(parseJson(readFileSync(file, 'utf8')));
      // A status nobody can read is as good as none: the timer starts afresh.
      return parsed.success ? parsed.data : undefined;
    },
    write(functionName, status) {
      const file = fileOf(functionName);
      mkdirSync(path.dirname(file), { recursive: true });
      // A rename is atomic: a crash leaves the old status or the new one, never half of one.
      writeFileSync(`${file}.new`, JSON.stringify(status));
      renameSync(`${file}.new`, file);
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
