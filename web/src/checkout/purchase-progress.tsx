import { Countdown } from '../app/countdown.tsx';
import { useShop } from '../app/shop.ts';
import { useStore } from '../app/store.ts';
import type { Delay } from './purchase.ts';

export const delayWords: Readonly<Record<Delay, string>> = {
  unreachable:
    'We could not reach the shop, so we do not know whether your order arrived. Asking again is safe: it stays one order.',
  busy: 'The shop is very busy at this moment, and nothing was ordered yet.',
  unavailable: 'The shop cannot take orders at this moment. Asking again is safe: it stays one order.',
};

/** How far the purchase has come, below the button that began it. */
export function PurchaseProgress() {
  const { purchasing } = useShop();
  const progress = useStore(purchasing.progress);
  const waiting = progress.kind === 'waiting' ? progress : null;
  return (
    <div className="progress">
      <p role="status">
        {progress.kind === 'idle' && 'Press it twice or load the page again: it stays one order.'}
        {progress.kind === 'sending' && 'We are asking the warehouse. This takes a moment.'}
        {waiting !== null && delayWords[waiting.why]}
        {progress.kind === 'refused' &&
          `The shop did not accept this order. ${progress.problem.detail ?? 'Please change the cart and try again.'}`}
      </p>
      {waiting?.until != null && (
        <p>
          We ask again <Countdown until={waiting.until} />.
        </p>
      )}
      {waiting !== null && (
        <button type="button" className="text-button" onClick={purchasing.askAgain}>
          Ask again now
        </button>
      )}
    </div>
  );
}
