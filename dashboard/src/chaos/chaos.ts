import type { ChaosView } from '@valerix/contracts/chaos-api';
import type { AnyEvent } from '@valerix/contracts/events';
import { wordsOf } from './chaos-words.ts';

interface InjectedFault {
  readonly fault: string;
  readonly service: string;
  readonly count: number;
  readonly lastAt: number;
}

export interface Chaos {
  /** What is in force; undefined until the first answer. */
  readonly view: ChaosView | undefined;
  readonly error: string | undefined;
  /** The service does not know the call: an older deployment. */
  readonly missing: boolean;
  readonly injected: ReadonlyMap<string, InjectedFault>;
}

export const noChaos: Chaos = { view: undefined, error: undefined, missing: false, injected: new Map() };

const FAULTS_KEPT = 20;

/** Takes settings by their age and counts injections; `receivedAt` is by this clock, so that "just now" is the operator's. */
export function hearChaos(chaos: Chaos, events: readonly AnyEvent[], receivedAt: number): Chaos {
  let { view } = chaos;
  let injected: Map<string, InjectedFault> | undefined;
  for (const event of events) {
    if (event.eventType === 'ChaosChanged' && view !== undefined) {
      const { gremlin, schrodinger, seed, expiresAt, updatedAt } = event.data;
      const told = { gremlin, schrodinger, seed, expiresAt, updatedAt, allowed: view.allowed };
      if (versionOf(told) > versionOf(view)) view = told;
    }
    if (event.eventType === 'ChaosInjected') {
      injected ??= new Map(chaos.injected);
      count(injected, event.data, receivedAt);
    }
  }
  if (view === chaos.view && injected === undefined) return chaos;
  return { ...chaos, view, injected: injected ?? chaos.injected };
}

/** An answer that was overtaken by a later setting changes nothing. */
export function mergeChaos(chaos: Chaos, view: ChaosView): Chaos {
  const fresh = { ...chaos, error: undefined, missing: false };
  return versionOf(view) < versionOf(chaos.view) ? fresh : { ...fresh, view };
}

export interface FaultsOn {
  readonly words: readonly string[];
  readonly expiresAt: number | undefined;
}

const INJECTED_LATELY_MS = 10_000;

/** The faults that are switched on, or were felt a moment ago, in words; empty when there are none. */
export function faultsOn({ view, injected }: Chaos, now: number): FaultsOn {
  const words = view === undefined ? [] : wordsOf(view);
  const expiresAt = view?.expiresAt == null ? undefined : Date.parse(view.expiresAt);
  if (words.length > 0) return { words, expiresAt };
  const felt = [...injected.values()].filter(({ lastAt }) => now - lastAt < INJECTED_LATELY_MS);
  return { words: felt.map(({ fault, service }) => `${fault} in ${service}, a moment ago`), expiresAt: undefined };
}

const versionOf = (view: ChaosView | undefined): number => (view?.updatedAt == null ? 0 : Date.parse(view.updatedAt));

interface Injection {
  readonly service: string;
  readonly fault: string;
  readonly count?: number | undefined;
}

function count(injected: Map<string, InjectedFault>, { fault, service, count: calls = 1 }: Injection, lastAt: number) {
  const before = injected.get(fault);
  if (before === undefined && injected.size >= FAULTS_KEPT) return;
  injected.set(fault, { fault, service, count: (before?.count ?? 0) + calls, lastAt });
}
