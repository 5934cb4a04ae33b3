import type { OrderDetails } from '@valerix/contracts/order-api';
import { useSeconds } from '../app/countdown.tsx';
import { durationText, timeText } from '../app/words.ts';
import type { Following } from './follow-order.ts';
import { isUnsettled, isWaiting } from './order-state.ts';
import { POLLS_MAX } from './poll-schedule.ts';
import { timelineOf } from './timeline-steps.ts';

interface TimelineProps {
  readonly order: OrderDetails;
  readonly following: Following;
  readonly onAsk: () => void;
}

export function Timeline({ order, following, onAsk }: TimelineProps) {
  return (
    <section className="timeline" aria-labelledby="timeline-heading">
      <h2 id="timeline-heading">What happened so far</h2>
      <ol>
        {timelineOf(order).map(({ title, text, at, tone }) => (
          <li key={`${title} ${at}`} className={`step step-${tone}`}>
            <p className="step-title">
              <span>{title}</span>
              {at !== null && <time dateTime={at}>{timeText(at)}</time>}
            </p>
            {text !== null && <p className="step-text">{text}</p>}
            {tone === 'ahead' && isUnsettled(order.status) && <Waited since={order.createdAt} />}
          </li>
        ))}
      </ol>
      <Listening following={following} onAsk={onAsk} />
    </section>
  );
}

function Waited({ since }: { since: string }) {
  const now = useSeconds();
  // The clock of this machine may be behind the service's.
  const seconds = Math.max(1, Math.floor((now - Date.parse(since)) / 1000));
  return (
    <p className="step-text" aria-hidden="true">
      Waiting for {seconds < 10 ? `${seconds} s` : durationText(seconds * 1000)}
    </p>
  );
}

/** One line, always there while something can still happen: how this page hears of it. */
function Listening({ following, onAsk }: Omit<TimelineProps, 'order'>) {
  const { known, channel, trouble, tired } = following;
  if (tired) {
    return (
      <p className="listening">
        We have asked {POLLS_MAX} times. Your order is kept, and goes on without this page.{' '}
        <button type="button" className="text-button" onClick={onAsk}>
          Ask again
        </button>
      </p>
    );
  }
  if (isWaiting(known) && (channel !== 'live' || trouble !== null)) {
    return <p className="listening">This page asks every 2 seconds by itself.</p>;
  }
  if (channel === 'live') return <p className="listening live">This page changes by itself.</p>;
  return <p className="listening">{'\u00a0'}</p>;
}
