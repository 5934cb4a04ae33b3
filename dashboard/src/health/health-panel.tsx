import { useNow } from '../app/clock.ts';
import { formatAge, formatMs } from '../app/formats.ts';
import type { GlyphName } from '../app/glyph.tsx';
import { Mark, type Tone } from '../app/mark.tsx';
import { Panel } from '../app/panel.tsx';
import { useBoard } from '../live/use-board.ts';
import { type DependencyRow, type ServiceRow, serviceRows } from './service-rows.ts';
import './health.css';

const looks: Readonly<Record<ServiceRow['state'], { tone: Tone; glyph: GlyphName; words: string }>> = {
  healthy: { tone: 'good', glyph: 'check', words: 'Healthy' },
  unhealthy: { tone: 'bad', glyph: 'cross', words: 'Unhealthy' },
  unreachable: { tone: 'bad', glyph: 'cross', words: 'Unreachable' },
  unknown: { tone: 'quiet', glyph: 'question', words: 'Unknown' },
};

/** Every service and what it depends on, asked by this browser every few seconds. */
export function HealthPanel() {
  const health = useBoard((board) => board.health);
  const alerts = useBoard((board) => board.alerts);
  const now = useNow();
  const checkedAt = Math.max(0, ...[...health.values()].map((checked) => checked.checkedAt));
  return (
    <Panel
      id="health"
      title="Services"
      meta={checkedAt === 0 ? 'checking' : `checked ${formatAge(now - checkedAt)} ago`}
    >
      <ul className="services">
        {serviceRows(health, alerts).map((row) => (
          <Service key={row.name} row={row} />
        ))}
      </ul>
    </Panel>
  );
}

function Service({ row }: { readonly row: ServiceRow }) {
  const { tone, glyph, words } = looks[row.state];
  return (
    <li className="service">
      <h3>
        {row.name}
        <Mark tone={tone} glyph={glyph}>
          {words}
        </Mark>
      </h3>
      <p className="service-note">{row.note}</p>
      {row.dependencies.length > 0 && (
        <ul className="dependencies">
          {row.dependencies.map((dependency) => (
            <Dependency key={dependency.name} dependency={dependency} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Dependency({ dependency: { name, healthy, latencyMs } }: { readonly dependency: DependencyRow }) {
  return (
    <li className="dependency">
      <Mark tone={healthy ? 'good' : 'bad'} glyph={healthy ? 'check' : 'cross'}>
        {name}
        {!healthy && ' does not answer'}
      </Mark>
      {healthy && latencyMs !== undefined && <span className="dependency-latency">{formatMs(latencyMs)}</span>}
    </li>
  );
}
