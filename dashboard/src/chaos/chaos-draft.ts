import { type ChaosChange, type ChaosView, chaosChange } from '@valerix/contracts/chaos-api';

/** The form as it stands: numbers are text until somebody applies them, for a field may be empty on the way. */
export interface ChaosDraft {
  readonly gremlinMode: ChaosView['gremlin']['mode'];
  readonly minDelayMs: string;
  readonly maxDelayMs: string;
  readonly gremlinEveryNth: string;
  readonly delayMs: string;
  readonly schrodingerMode: ChaosView['schrodinger']['mode'];
  readonly schrodingerBy: 'probability' | 'every-nth';
  readonly probabilityPercent: string;
  readonly schrodingerEveryNth: string;
  readonly seed: string;
  /** Seconds; empty for no expiry. */
  readonly expiresInSeconds: string;
}

const DEFAULT_EXPIRY_SECONDS = '300';

export function draftOf({ gremlin, schrodinger, seed }: ChaosView): ChaosDraft {
  return {
    gremlinMode: gremlin.mode,
    minDelayMs: String(gremlin.minDelayMs),
    maxDelayMs: String(gremlin.maxDelayMs),
    gremlinEveryNth: String(gremlin.everyNth),
    delayMs: String(gremlin.delayMs),
    schrodingerMode: schrodinger.mode,
    schrodingerBy: schrodinger.everyNth > 0 ? 'every-nth' : 'probability',
    probabilityPercent: String(Math.round(schrodinger.probability * 1_000) / 10),
    schrodingerEveryNth: String(Math.max(1, schrodinger.everyNth)),
    seed: seed === null ? '' : String(seed),
    expiresInSeconds: DEFAULT_EXPIRY_SECONDS,
  };
}

export type DraftCheck =
  | { readonly ok: true; readonly change: ChaosChange }
  | { readonly ok: false; readonly faults: readonly { readonly field: string; readonly message: string }[] };

const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

/** The change that the form asks for, judged by the contract that the service judges it by. */
export function changeOf(draft: ChaosDraft): DraftCheck {
  const byNth = draft.schrodingerBy === 'every-nth';
  const parsed = chaosChange.safeParse({
    gremlin: {
      mode: draft.gremlinMode,
      minDelayMs: numberOf(draft.minDelayMs),
      maxDelayMs: numberOf(draft.maxDelayMs),
      everyNth: numberOf(draft.gremlinEveryNth),
      delayMs: numberOf(draft.delayMs),
    },
    schrodinger: {
      mode: draft.schrodingerMode,
      probability: numberOf(draft.probabilityPercent) / 100,
      everyNth: byNth ? numberOf(draft.schrodingerEveryNth) : 0,
    },
    seed: draft.seed.trim() === '' ? null : numberOf(draft.seed),
    expiresInSeconds: draft.expiresInSeconds === '' ? null : numberOf(draft.expiresInSeconds),
  });
  if (parsed.success) return { ok: true, change: parsed.data };
  return {
    ok: false,
    faults: parsed.error.issues.map(({ path, message }) => ({ field: fieldNames[path.join('.')] ?? 'This', message })),
  };
}

const fieldNames: Readonly<Record<string, string>> = {
  'gremlin.minDelayMs': 'The shortest delay',
  'gremlin.maxDelayMs': 'The longest delay',
  'gremlin.everyNth': 'The number of Gremlin calls',
  'gremlin.delayMs': 'The delay',
  'schrodinger.probability': 'The probability',
  'schrodinger.everyNth': 'The number of Schrödinger calls',
  seed: 'The seed',
  expiresInSeconds: 'The end',
};
