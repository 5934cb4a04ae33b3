import type { BackupView } from '@valerix/contracts/backups-api';
import { useNow } from '../app/clock.ts';
import { formatAge, formatBytes, formatMoment } from '../app/formats.ts';
import { Mark } from '../app/mark.tsx';
import { Panel, Placeholder, StaleNote } from '../app/panel.tsx';
import { useBoard } from '../live/use-board.ts';
import './backups.css';

const DAYS_SHOWN = 7;

export function BackupsPanel() {
  const { value: report, error } = useBoard((board) => board.backups);
  const now = useNow();
  if (report == null) {
    const words = report === null ? 'Backups are not set up in this deployment.' : (error ?? 'Reading backups…');
    return (
      <Panel id="backups" title="Backups" {...(report === null && { meta: 'not set up' })}>
        <Placeholder>{words}</Placeholder>
      </Panel>
    );
  }
  const last = report.lastSuccessAt === null ? undefined : Date.parse(report.lastSuccessAt);
  const isRed = report.state === 'red';
  const next = Date.parse(report.nextRunAt);
  return (
    <Panel id="backups" title="Backups" meta={`next ${formatMoment(next, now)}`}>
      <StaleNote error={error} />
      <p className="backup-verdict">
        <Mark tone={isRed ? 'bad' : 'good'} glyph={isRed ? 'cross' : 'check'}>
          {last === undefined ? 'No backup has succeeded yet' : `Last success ${formatAge(now - last)} ago`}
        </Mark>
        {isRed && <span className="backup-reason">{report.reason}</span>}
      </p>
      {report.backups.length > 0 && (
        <ul className="backups">
          {report.backups.slice(0, DAYS_SHOWN).map((backup) => (
            <Backup key={backup.day} backup={backup} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Backup({ backup: { day, bytes, copies } }: { readonly backup: BackupView }) {
  const verified = copies.filter(({ verifiedAt }) => verifiedAt !== null).length;
  return (
    <li>
      <time dateTime={day}>{day}</time>
      <span className="number">{formatBytes(bytes)}</span>
      <Mark
        tone={verified === copies.length ? 'good' : 'warning'}
        glyph={verified === copies.length ? 'check' : 'clock'}
      >
        {verified} of {copies.length} copies verified
      </Mark>
    </li>
  );
}
