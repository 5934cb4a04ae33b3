import { useNow } from '../app/clock.ts';
import { formatMoment } from '../app/formats.ts';
import type { GlyphName } from '../app/glyph.tsx';
import { LongerList } from '../app/longer-list.tsx';
import { Mark } from '../app/mark.tsx';
import { Panel, Placeholder } from '../app/panel.tsx';
import { useBoard } from '../live/use-board.ts';
import type { JournalEntry, Tone } from './journal.ts';
import './journal.css';

const glyphs: Readonly<Record<Tone, GlyphName>> = { good: 'check', bad: 'cross', warning: 'warning', note: 'dot' };

const SHOWN = 8;

/** What happened, latest first, in the words of one operator to another. */
export function JournalPanel() {
  const journal = useBoard((board) => board.journal);
  const now = useNow();
  return (
    <Panel id="journal" title="What happened" meta="since this page was opened">
      {journal.length === 0 ? (
        <Placeholder>Nothing out of the ordinary.</Placeholder>
      ) : (
        <LongerList items={journal.toReversed()} shown={SHOWN}>
          {(entries) => (
            <ol className="journal">
              {entries.map((entry) => (
                <JournalRow key={entry.id} entry={entry} now={now} />
              ))}
            </ol>
          )}
        </LongerList>
      )}
    </Panel>
  );
}

function JournalRow({ entry, now }: { readonly entry: JournalEntry; readonly now: number }) {
  const { at, tone, words, times } = entry;
  return (
    <li>
      <time dateTime={new Date(at).toISOString()}>{formatMoment(at, now)}</time>
      <Mark tone={tone === 'note' ? 'quiet' : tone} glyph={glyphs[tone]}>
        {words}
        {times > 1 && <span className="journal-times"> ×{times}</span>}
      </Mark>
    </li>
  );
}
