/** Numbers in [0, 1) that are the same for the same seed (mulberry32), so that a failing run can be repeated. */
export type Random = () => number;

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of a part of a run: its own stream, so that parts do not disturb each other's. */
export function derivedSeed(seed: number, ...of: readonly (string | number)[]): number {
  let hash = seed >>> 0;
  for (const char of of.join('/')) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
}

export function pick<T>(random: Random, from: readonly T[]): T {
  const chosen = from[Math.floor(random() * from.length)];
  if (chosen === undefined) throw new Error('Nothing to pick from.');
  return chosen;
}

export const between = (random: Random, low: number, high: number): number => low + random() * (high - low);

/** A new array with the same entries in random order. */
export function shuffled<T>(random: Random, from: readonly T[]): T[] {
  const keyed = from.map((entry) => ({ entry, key: random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ entry }) => entry);
}
