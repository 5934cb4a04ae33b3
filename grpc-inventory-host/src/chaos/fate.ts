import { createHash } from 'node:crypto';
import type { ChaosSettings, Fault } from '@valerix/contracts/chaos-api';

/** What goes wrong with one ReserveStock call; nothing, as a rule. */
export interface Fate {
  /** Waited before the work begins; 0 for no delay. */
  readonly delayMs: number;
  /** What happens between the commit and the answer. */
  readonly fault: Fault | undefined;
}

/**
 * Draws the fate of each call when it arrives, so that calls which overtake each other do not change it: the same seed
 * brings the same sequence. `random` answers numbers from 0 to below 1 and is used when there is no seed.
 */
export function makeFates(settings: ChaosSettings, random: () => number = Math.random): () => Fate {
  const source = (purpose: string) => (settings.seed === null ? random : seededRandom(`${settings.seed}/${purpose}`));
  const delay = makeGremlin(settings.gremlin, source('gremlin'));
  const fault = makeSchrodinger(settings.schrodinger, source('schrodinger'));
  return () => ({ delayMs: delay(), fault: fault() });
}

function makeGremlin(settings: ChaosSettings['gremlin'], random: () => number): () => number {
  switch (settings.mode) {
    case 'off':
      return () => 0;
    case 'random': {
      const { minDelayMs, maxDelayMs } = settings;
      return () => Math.round(minDelayMs + random() * (maxDelayMs - minDelayMs));
    }
    case 'every-nth': {
      const isTurn = everyNth(settings.everyNth);
      return () => (isTurn() ? settings.delayMs : 0);
    }
  }
}

function makeSchrodinger(settings: ChaosSettings['schrodinger'], random: () => number): () => Fault | undefined {
  if (settings.mode === 'off') return () => undefined;
  const { mode, probability } = settings;
  const strikes = settings.everyNth > 0 ? everyNth(settings.everyNth) : () => random() < probability;
  return () => (strikes() ? mode : undefined);
}

function everyNth(n: number): () => boolean {
  let calls = 0;
  return () => {
    calls += 1;
    return calls % n === 0;
  };
}

/** Mulberry32: a small generator with a full period of 2^32, public domain, by Tommy Ettinger. */
function seededRandom(seed: string): () => number {
  let state = createHash('sha256').update(seed).digest().readUInt32LE();
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
