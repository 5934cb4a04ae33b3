import { type ChaosSettings, chaosDefaults } from '@valerix/contracts/chaos-api';
import { expect, it } from 'vitest';
import { type Fate, makeFates } from './fate.ts';

const random: ChaosSettings['gremlin'] = { ...chaosDefaults.gremlin, mode: 'random' };

function draw(settings: Partial<ChaosSettings>, calls: number, source?: () => number): Fate[] {
  const next = makeFates({ ...chaosDefaults, ...settings }, source);
  return Array.from({ length: calls }, next);
}

it('leaves every call alone when both faults are off', () => {
  expect(draw({}, 3)).toEqual(Array(3).fill({ delayMs: 0, fault: undefined }));
});

it('draws a delay between the two bounds, both included', () => {
  const delays = (value: number) => draw({ gremlin: random }, 1, () => value)[0]?.delayMs;
  expect(delays(0)).toBe(2_000);
  expect(delays(0.5)).toBe(3_500);
  expect(delays(0.999999)).toBe(5_000);
});

it('delays exactly every Nth call', () => {
  const fates = draw({ gremlin: { ...random, mode: 'every-nth', everyNth: 3, delayMs: 700 } }, 7);
  expect(fates.map(({ delayMs }) => delayMs)).toEqual([0, 0, 700, 0, 0, 700, 0]);
});

it('strikes exactly every Nth call, whatever the probability', () => {
  const fates = draw({ schrodinger: { mode: 'drop', probability: 0, everyNth: 2 } }, 4);
  expect(fates.map(({ fault }) => fault)).toEqual([undefined, 'drop', undefined, 'drop']);
});

it('strikes by its probability: never at 0, always at 1, in between as often as it says', () => {
  const strikes = (probability: number) =>
    draw({ schrodinger: { mode: 'error', probability, everyNth: 0 }, seed: 1 }, 2_000).filter(({ fault }) => fault)
      .length;
  expect(strikes(0)).toBe(0);
  expect(strikes(1)).toBe(2_000);
  expect(strikes(0.3)).toBeGreaterThan(500);
  expect(strikes(0.3)).toBeLessThan(700);
});

it('repeats itself with the same seed and not with another', () => {
  const settings = { gremlin: random, schrodinger: { mode: 'exit', probability: 0.5, everyNth: 0 } } as const;
  const first = draw({ ...settings, seed: 42 }, 50);
  expect(draw({ ...settings, seed: 42 }, 50)).toEqual(first);
  expect(draw({ ...settings, seed: 43 }, 50)).not.toEqual(first);
});

it('draws the same delays from a seed whether or not calls also fail', () => {
  const withFaults = draw(
    { gremlin: random, schrodinger: { mode: 'exit', probability: 0.5, everyNth: 0 }, seed: 7 },
    20,
  );
  const without = draw({ gremlin: random, seed: 7 }, 20);
  expect(without.map(({ delayMs }) => delayMs)).toEqual(withFaults.map(({ delayMs }) => delayMs));
});
