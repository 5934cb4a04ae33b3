import type { ChaosView } from '@valerix/contracts/chaos-api';
import { expect, test } from 'vitest';
import { makeEvent, NOON } from '../live/events.fixture.ts';
import { faultsOn, hearChaos, mergeChaos, noChaos } from './chaos.ts';
import { changeOf, draftOf } from './chaos-draft.ts';
import { wordsOf } from './chaos-words.ts';

const iso = (at: number) => new Date(at).toISOString();

const view = (gremlin: ChaosView['gremlin']['mode'], updatedAt: number | null): ChaosView => ({
  gremlin: { mode: gremlin, minDelayMs: 2_000, maxDelayMs: 5_000, everyNth: 5, delayMs: 3_000 },
  schrodinger: { mode: 'off', probability: 0.5, everyNth: 0 },
  seed: null,
  expiresAt: null,
  allowed: true,
  updatedAt: updatedAt === null ? null : iso(updatedAt),
});

test('what is in force is told in words', () => {
  expect(wordsOf(view('off', null))).toEqual([]);
  expect(wordsOf(view('random', NOON))).toEqual(['Gremlin: every reservation waits 2–5 s']);
  const both = { ...view('every-nth', NOON), schrodinger: { mode: 'exit' as const, probability: 0.25, everyNth: 0 } };
  expect(wordsOf(both)).toEqual([
    'Gremlin: every 5th reservation waits 3 s',
    'Schrödinger: after 25 % of commits the warehouse process dies',
  ]);
  const nth = { ...view('off', NOON), schrodinger: { mode: 'drop' as const, probability: 0, everyNth: 12 } };
  expect(wordsOf(nth)).toEqual(['Schrödinger: after every 12th commit the connection is cut']);
});

test('an answer that a later setting overtook changes nothing', () => {
  const on = mergeChaos(noChaos, view('random', NOON + 1_000));
  expect(mergeChaos(on, view('off', NOON)).view?.gremlin.mode).toBe('random');
  expect(mergeChaos(on, view('off', NOON + 2_000)).view?.gremlin.mode).toBe('off');
});

test('a pushed setting counts at once and keeps whether it is allowed', () => {
  const known = mergeChaos(noChaos, view('off', NOON));
  const { allowed: _, ...settings } = view('random', null);
  const event = makeEvent('ChaosChanged', { ...settings, cause: 'operator', updatedAt: iso(NOON + 1_000) });
  const heard = hearChaos(known, [event], NOON);
  expect(heard.view).toMatchObject({ allowed: true, gremlin: { mode: 'random' } });
  expect(faultsOn(heard, NOON).words).toHaveLength(1);
});

test('a fault that is felt shows for ten seconds although no switch is on, with every call it stands for', () => {
  const event = makeEvent('ChaosInjected', { service: 'grpc-inventory-host', fault: 'gremlin', count: 7 });
  const felt = hearChaos(hearChaos(noChaos, [event], NOON), [event], NOON + 500);
  expect(felt.injected.get('gremlin')?.count).toBe(14);
  expect(faultsOn(felt, NOON + 9_000).words).toEqual(['gremlin in grpc-inventory-host, a moment ago']);
  expect(faultsOn(felt, NOON + 11_000).words).toEqual([]);
});

test('the form gives back what is in force, as the contract wants it', () => {
  const draft = draftOf(view('every-nth', NOON));
  const check = changeOf({ ...draft, schrodingerMode: 'error', probabilityPercent: '12.5', expiresInSeconds: '60' });
  expect(check).toEqual({
    ok: true,
    change: {
      gremlin: { mode: 'every-nth', minDelayMs: 2_000, maxDelayMs: 5_000, everyNth: 5, delayMs: 3_000 },
      schrodinger: { mode: 'error', probability: 0.125, everyNth: 0 },
      seed: null,
      expiresInSeconds: 60,
    },
  });
});

test('a field that is empty or out of bounds is named', () => {
  const draft = { ...draftOf(view('random', NOON)), minDelayMs: '', seed: '-1' };
  const check = changeOf(draft);
  expect(check.ok ? [] : check.faults.map(({ field }) => field)).toEqual(['The shortest delay', 'The seed']);
});
