import { type FormEvent, useState } from 'react';
import { Glyph } from '../app/glyph.tsx';
import type { Desk } from './desk.ts';
import './sign-in.css';

const WORDS = {
  refused: 'This operator key is not accepted. Check it and try again.',
  empty: 'Enter the operator key.',
};

/** The door: nothing of the system is shown before the services accepted the key. */
export function SignIn({ desk, notice }: { readonly desk: Desk; readonly notice: string | undefined }) {
  const [busy, setBusy] = useState(false);
  const [shown, setShown] = useState(false);
  const [problem, setProblem] = useState<string | undefined>(notice);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const key = String(new FormData(event.currentTarget).get('operator-key') ?? '').trim();
    const field = event.currentTarget.elements.namedItem('operator-key');
    if (key === '') {
      setProblem(WORDS.empty);
    } else {
      setBusy(true);
      setProblem(undefined);
      const check = await desk.signIn(key);
      setBusy(false);
      if (check.kind === 'accepted') return;
      setProblem(check.kind === 'refused' ? WORDS.refused : check.message);
    }
    if (field instanceof HTMLInputElement) field.focus();
  };

  return (
    <main className="sign-in">
      <form onSubmit={submit} aria-labelledby="sign-in-title" noValidate>
        <p className="wordmark">
          <svg viewBox="0 0 28 16" aria-hidden="true" focusable="false">
            <path d="M1 9h5l3-7 6 13 3.5-6H27" />
          </svg>
          Valerix
        </p>
        <h1 id="sign-in-title">Operations</h1>
        <p className="sign-in-lead">Orders, stock, alerts and faults of this shop, as they happen.</p>
        <label htmlFor="operator-key">Operator key</label>
        <div className="sign-in-field">
          <input
            id="operator-key"
            name="operator-key"
            type={shown ? 'text' : 'password'}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={200}
            aria-invalid={problem !== undefined}
            aria-describedby="sign-in-problem sign-in-hint"
          />
          <button type="button" aria-pressed={shown} onClick={() => setShown(!shown)}>
            {shown ? 'Hide' : 'Show'}
          </button>
        </div>
        <p id="sign-in-problem" className="sign-in-problem" role="alert">
          {problem !== undefined && (
            <>
              <Glyph name="warning" />
              <span>{problem}</span>
            </>
          )}
        </p>
        <button type="submit" className="primary" aria-disabled={busy}>
          {busy ? 'Checking the key…' : 'Sign in'}
        </button>
        <p id="sign-in-hint" className="sign-in-hint">
          The key stays in this tab and is forgotten when it closes.
        </p>
      </form>
    </main>
  );
}
