import { Mark } from './mark.tsx';
import type { Outcome } from './use-action.ts';

/** What became of the last action; its place is always there, so that nothing moves and a screen reader listens to it. */
export function OutcomeNote({ outcome }: { readonly outcome: Outcome | undefined }) {
  return (
    <p className="outcome" role="status">
      {outcome !== undefined && (
        <Mark tone={outcome.kind === 'done' ? 'good' : 'bad'} glyph={outcome.kind === 'done' ? 'check' : 'cross'}>
          {outcome.words}
        </Mark>
      )}
    </p>
  );
}
