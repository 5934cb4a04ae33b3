import type { OrderStatus } from '@valerix/contracts/order';
import type { OrderDetails, OrderView } from '@valerix/contracts/order-api';
import { useRef, useState } from 'react';
import type { Answer } from '../app/call.ts';
import { useShop } from '../app/shop.ts';

const cancellable: ReadonlySet<OrderStatus> = new Set(['pending_verification', 'confirmed']);

interface CancelOrderProps {
  readonly order: OrderDetails;
  readonly onCancelled: (order: OrderView) => void;
}

/** Cancels the order where that is still possible, after asking. */
export function CancelOrder({ order, onCancelled }: CancelOrderProps) {
  const { api } = useShop();
  const dialog = useRef<HTMLDialogElement>(null);
  const [state, setState] = useState<'ready' | 'asking' | string>('ready');

  const cancel = async () => {
    dialog.current?.close();
    setState('asking');
    const answer = await api.cancelOrder(order.orderId);
    setState(answer.kind === 'answered' ? 'ready' : whyNot(answer));
    if (answer.kind === 'answered') onCancelled(answer.body);
  };

  if (!cancellable.has(order.status)) return null;
  return (
    <div className="order-actions">
      <button
        type="button"
        className="button"
        aria-disabled={state === 'asking'}
        onClick={() => state !== 'asking' && dialog.current?.showModal()}
      >
        {state === 'asking' ? 'Cancelling…' : 'Cancel order'}
      </button>
      <p className="order-actions-note" role="status">
        {state !== 'ready' && state !== 'asking' && state}
      </p>
      <dialog ref={dialog} aria-labelledby="cancel-heading">
        <h2 id="cancel-heading">Cancel this order?</h2>
        <p>What is set aside for you goes back on the shelf, and somebody else may take it.</p>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            Keep the order
          </button>
          <button type="button" className="button danger" onClick={cancel}>
            Cancel it
          </button>
        </div>
      </dialog>
    </div>
  );
}

function whyNot(answer: Exclude<Answer<OrderView>, { kind: 'answered' }>): string {
  if (answer.kind === 'unreachable') return 'We could not reach the shop. Please try again.';
  switch (answer.problem.code) {
    case 'order_not_cancellable':
      return 'It is too late to cancel: the order has left, or was settled in the meantime.';
    case 'order_in_progress':
      return 'The order is being worked on this very moment. Please try again.';
    default:
      return 'The shop could not cancel the order right now. Please try again.';
  }
}
