import type { ChaosSettings } from '@valerix/contracts/chaos-api';

const crashes = {
  exit: 'the warehouse process dies',
  drop: 'the connection is cut',
  error: 'an error is answered',
} as const;

/** The faults that are switched on, each in words; empty when none is. */
export function wordsOf({ gremlin, schrodinger }: ChaosSettings): string[] {
  const words: string[] = [];
  if (gremlin.mode === 'random') {
    words.push(`Gremlin: every reservation waits ${inSeconds(gremlin.minDelayMs)}–${inSeconds(gremlin.maxDelayMs)} s`);
  }
  if (gremlin.mode === 'every-nth') {
    words.push(`Gremlin: ${each(gremlin.everyNth)} reservation waits ${inSeconds(gremlin.delayMs)} s`);
  }
  if (schrodinger.mode !== 'off') {
    const when =
      schrodinger.everyNth === 0
        ? `after ${Math.round(schrodinger.probability * 100)} % of commits`
        : `after ${each(schrodinger.everyNth)} commit`;
    words.push(`Schrödinger: ${when} ${crashes[schrodinger.mode]}`);
  }
  return words;
}

const inSeconds = (ms: number): string => String(Math.round(ms / 100) / 10);

function each(nth: number): string {
  if (nth === 1) return 'every';
  const tens = nth % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][nth % 10] ?? 'th');
  return `every ${nth}${ending}`;
}
