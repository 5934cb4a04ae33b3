import { useNow } from '../app/clock.ts';
import { formatCountdown } from '../app/formats.ts';
import { Glyph } from '../app/glyph.tsx';
import { useAction } from '../app/use-action.ts';
import { useBoard, useOperations } from '../live/use-board.ts';
import { faultsOn } from './chaos.ts';
import { everythingOff, setChaos } from './set-chaos.ts';
import './chaos.css';

/** Always there and always of one height: nobody may take a fault on purpose for trouble, or the other way round. */
export function ChaosStrip() {
  const chaos = useBoard((board) => board.chaos);
  const operations = useOperations();
  const now = useNow();
  const { busy, outcome, run } = useAction();
  const { words, expiresAt } = faultsOn(chaos, now);
  const on = words.length > 0;

  const allOff = () =>
    run(async () => {
      await setChaos(operations, everythingOff);
      return 'All faults are off.';
    });

  return (
    <aside className={`chaos-strip ${on ? 'chaos-on' : ''}`} aria-label="Faults on purpose">
      <p role="status">
        {on ? (
          <>
            <Glyph name="bolt" />
            <span>
              <strong>Faults are being injected on purpose.</strong> {words.join(' · ')}
            </span>
          </>
        ) : (
          <span>{offWords(chaos.view !== undefined, chaos.missing, chaos.error)}</span>
        )}
      </p>
      {on && expiresAt !== undefined && (
        <span className="chaos-expiry">off by itself in {formatCountdown(expiresAt - now)}</span>
      )}
      {outcome?.kind === 'failed' && <span role="alert">Not switched off: {outcome.words}</span>}
      {on && (
        <button type="button" onClick={allOff} aria-disabled={busy}>
          {busy ? 'Switching off…' : 'All off'}
        </button>
      )}
    </aside>
  );
}

function offWords(known: boolean, missing: boolean, error: string | undefined): string {
  if (missing) return 'Faults on purpose are not part of this deployment.';
  if (known) return 'No faults are injected on purpose.';
  return error === undefined ? 'Asking which faults are switched on…' : `Faults on purpose: ${error}`;
}
