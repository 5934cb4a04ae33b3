import { useNow } from '../app/clock.ts';
import { formatAge, formatCount } from '../app/formats.ts';
import { Panel, Placeholder } from '../app/panel.tsx';
import { useBoard } from '../live/use-board.ts';
import type { Chaos } from './chaos.ts';
import { ChaosForm } from './chaos-form.tsx';

/** The switches of the faults on purpose, and what they did. */
export function ChaosPanel() {
  const chaos = useBoard((board) => board.chaos);
  const { view, missing, error } = chaos;
  return (
    <Panel id="chaos" title="Faults on purpose" meta={metaOf(chaos)}>
      {view === undefined ? (
        <Placeholder>
          {missing ? 'This deployment has no switches for faults.' : (error ?? 'Reading the switches…')}
        </Placeholder>
      ) : view.allowed ? (
        // What somebody else sets meanwhile is taken into the form, unless this operator has begun to change it.
        <ChaosForm view={view} />
      ) : (
        <Placeholder>They are not allowed here: CHAOS_ALLOWED is false in this deployment.</Placeholder>
      )}
      <Injected chaos={chaos} />
    </Panel>
  );
}

function metaOf({ view, missing }: Chaos): string {
  if (missing) return 'not available';
  if (view === undefined) return 'reading';
  if (!view.allowed) return 'not allowed';
  const on = [
    ...(view.gremlin.mode === 'off' ? [] : ['Gremlin on']),
    ...(view.schrodinger.mode === 'off' ? [] : ['Schrödinger on']),
  ];
  return on.length === 0 ? 'all off' : on.join(', ');
}

function Injected({ chaos: { injected } }: { readonly chaos: Chaos }) {
  const now = useNow();
  if (injected.size === 0) return null;
  return (
    <ul className="injected" aria-label="Faults injected since this page was opened">
      {[...injected.values()].map(({ fault, count, lastAt }) => (
        <li key={fault}>
          <code>{fault}</code>
          <span>
            {formatCount(count)} injected, last {formatAge(now - lastAt)} ago
          </span>
        </li>
      ))}
    </ul>
  );
}
