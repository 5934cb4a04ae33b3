interface Field {
  name: string;
  low: number;
  high: number;
  names: string[];
}

const FIELDS: Field[] = [
  { name: 'second', low: 0, high: 59, names: [] },
  { name: 'minute', low: 0, high: 59, names: [] },
  { name: 'hour', low: 0, high: 23, names: [] },
  { name: 'day', low: 1, high: 31, names: [] },
  {
    name: 'month',
    low: 1,
    high: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of week', low: 0, high: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A day that exists comes within 8 years (29 February around a century); then it is sure there is none. */
const HORIZON_DAYS = 366 * 30;

export interface NCrontab {
  /** The first matching wall-clock time after `wallMs`. Wall-clock times are written as if they were UTC. */
  nextWallTime(wallMs: number): number;
  /** "every ..." as opposed to points in time; they differ when clocks are set back. */
  readonly isInterval: boolean;
  /** Nothing but the seconds field restricts it. */
  readonly isBySecond: boolean;
}

/**
 * Reads an NCRONTAB expression: `{second} {minute} {hour} {day} {month} {day of week}`, the seconds may be left out.
 * Day of month and day of week must both fit, unlike in Unix cron.
 * @returns undefined when it does not have five or six fields.
 * @throws Error naming the field that is wrong.
 */
export function parseNCrontab(expression: string): NCrontab | undefined {
  const given = expression.trim().split(/\s+/);
  if (given.length !== 5 && given.length !== 6) return undefined;
  const texts = given.length === 5 ? ['0', ...given] : given;
  const allowed = FIELDS.map((field, index) => parseField(texts[index] ?? '*', field, expression));
  const fits = (index: number, value: number) => allowed[index]?.has(value) ?? false;

  function nextWallTime(wallMs: number): number {
    let time = Math.floor(wallMs / SECOND_MS) * SECOND_MS + SECOND_MS;
    const horizon = time + HORIZON_DAYS * DAY_MS;
    while (time < horizon) {
      const at = new Date(time);
      const dayFits = fits(4, at.getUTCMonth() + 1) && fits(3, at.getUTCDate()) && fits(5, at.getUTCDay());
      if (!dayFits) time = startOfNext(time, DAY_MS);
      else if (!fits(2, at.getUTCHours())) time = startOfNext(time, HOUR_MS);
      else if (!fits(1, at.getUTCMinutes())) time = startOfNext(time, MINUTE_MS);
      else if (!fits(0, at.getUTCSeconds())) time += SECOND_MS;
      else return time;
    }
    throw new Error(`The schedule '${expression}' never occurs.`);
  }

  return {
    nextWallTime,
    isInterval: given.slice(0, given.length === 6 ? 3 : 2).some((text) => /[*/-]/.test(text)),
    isBySecond: texts.slice(1).every((text) => text === '*'),
  };
}

const startOfNext = (time: number, unitMs: number) => (Math.floor(time / unitMs) + 1) * unitMs;

function parseField(text: string, field: Field, expression: string): Set<number> {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\*|[\w]+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part);
    if (match === null) throw new Error(`'${part}' is not a valid ${field.name} in the schedule '${expression}'.`);
    const [, from = '*', to, stepText] = match;
    const step = stepText === undefined ? 1 : Number(stepText);
    const low = from === '*' ? field.low : parseValue(from, field, expression);
    const open = from === '*' || stepText !== undefined;
    const high = to === undefined ? (open ? field.high : low) : parseValue(to, field, expression);
    if (step < 1 || high < low || (from === '*' && to !== undefined)) {
      throw new Error(`'${part}' is not a valid ${field.name} in the schedule '${expression}'.`);
    }
    for (let value = low; value <= high; value += step) values.add(value);
  }
  return values;
}

function parseValue(text: string, field: Field, expression: string): number {
  const named = text.length >= 3 ? field.names.indexOf(text.slice(0, 3).toLowerCase()) : -1;
  const value = named >= 0 ? named + field.low : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= field.low && value <= field.high) return value;
  throw new Error(`'${text}' is not a valid ${field.name} in the schedule '${expression}'.`);
}
