import { useNow } from '../app/clock.ts';
import { formatAge, formatCount } from '../app/formats.ts';
import type { GlyphName } from '../app/glyph.tsx';
import { Mark, type Tone } from '../app/mark.tsx';
import type { ChannelState } from './channel-state.ts';
import { eventRate } from './traffic.ts';
import { useBoard } from './use-board.ts';

const marks: Readonly<Record<ChannelState, { tone: Tone; glyph: GlyphName; words: string }>> = {
  connecting: { tone: 'busy', glyph: 'ring', words: 'Connecting' },
  live: { tone: 'good', glyph: 'check', words: 'Live' },
  silent: { tone: 'warning', glyph: 'warning', words: 'Silent' },
  down: { tone: 'bad', glyph: 'cross', words: 'Not live' },
};

/** Whether the page hears events as they happen; when it does not, it says how it knows what it shows. */
export function ChannelMark() {
  const channel = useBoard((board) => board.channel);
  const traffic = useBoard((board) => board.traffic);
  const now = useNow();
  const { tone, glyph, words } = marks[channel.state];
  const detail =
    channel.state === 'live' || channel.state === 'connecting'
      ? `${formatCount(eventRate(traffic, now))} events/s`
      : `read every 5 s · for ${formatAge(now - channel.since)}`;
  return (
    <div className="channel" title={channel.reason}>
      <span role="status" className="channel-state">
        <span className="visually-hidden">Live channel: </span>
        <Mark tone={tone} glyph={glyph}>
          {words}
        </Mark>
      </span>
      <span className="channel-detail">{detail}</span>
    </div>
  );
}
