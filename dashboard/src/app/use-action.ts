import { useState } from 'react';
import { messageOf } from '../live/service-calls.ts';

export interface Outcome {
  readonly kind: 'done' | 'failed';
  readonly words: string;
}

/** Runs one thing at a time that the operator asked for, and keeps what became of it. */
export function useAction(): {
  busy: boolean;
  outcome: Outcome | undefined;
  run: (work: () => Promise<string>) => Promise<void>;
} {
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const run = async (work: () => Promise<string>) => {
    setBusy(true);
    setOutcome(undefined);
    try {
      setOutcome({ kind: 'done', words: await work() });
    } catch (error) {
      setOutcome({ kind: 'failed', words: messageOf(error) });
    } finally {
      setBusy(false);
    }
  };
  return { busy, outcome, run };
}
