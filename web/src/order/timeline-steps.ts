import type { OrderDetails, StatusChange } from '@valerix/contracts/order-api';
import { durationText } from '../app/words.ts';

/** One moment of an order's life, or one that is expected. */
export interface Step {
  readonly title: string;
  readonly text: string | null;
  /** Null for what has not happened yet. */
  readonly at: string | null;
  readonly tone: 'plain' | 'waiting' | 'good' | 'bad' | 'ahead';
}

/** What happened to the order and what is expected next, oldest first, in the shopper's words. */
export function timelineOf(order: OrderDetails): Step[] {
  const history = order.history.toSorted((one, other) => one.orderVersion - other.orderVersion);
  const steps = history.map((change, index) => stepOf(change, order, index === history.length - 1));
  const ahead = aheadOf(order);
  return ahead === undefined ? steps : [...steps, ahead];
}

function stepOf({ from, to, at }: StatusChange, order: OrderDetails, isLast: boolean): Step {
  switch (to) {
    case 'pending':
      return { title: 'Order received', text: null, at, tone: 'plain' };
    case 'pending_verification':
      return isLast
        ? {
            title: 'The warehouse is slow',
            text: 'It did not answer in time. We go on asking until it does.',
            at,
            tone: 'waiting',
          }
        : { title: 'The warehouse was slow', text: 'We kept your order and went on asking.', at, tone: 'plain' };
    case 'confirmed':
      return from === 'pending_verification'
        ? { title: 'Recovered and confirmed', text: recoveryText(order), at, tone: 'good' }
        : { title: 'Confirmed', text: `Set aside at once, in ${durationText(since(order, at))}.`, at, tone: 'good' };
    case 'failed':
      return { title: 'Could not be filled', text: 'Nothing was set aside.', at, tone: 'bad' };
    case 'cancelled':
      return { title: 'Cancelled', text: 'Everything is back on the shelf.', at, tone: 'plain' };
    case 'shipped':
      return { title: 'On its way', text: 'It has left the warehouse.', at, tone: 'good' };
  }
}

function recoveryText(order: OrderDetails): string {
  const took = recoveryMs(order);
  const duration = took === null ? '' : ` ${durationText(took)} after your order`;
  return order.recoveredFromCrash
    ? `The warehouse broke off after it had reserved everything. We found the reservation${duration}.`
    : `The warehouse answered${duration}. Everything is reserved for you.`;
}

/** How long an order that had to wait for the warehouse took to be confirmed; null for any other. */
export function recoveryMs({ history, createdAt }: OrderDetails): number | null {
  const confirmed = history.find(({ from, to }) => from === 'pending_verification' && to === 'confirmed');
  return confirmed === undefined ? null : Date.parse(confirmed.at) - Date.parse(createdAt);
}

const since = ({ createdAt }: OrderDetails, at: string): number => Math.max(0, Date.parse(at) - Date.parse(createdAt));

function aheadOf({ status }: OrderDetails): Step | undefined {
  if (status === 'pending' || status === 'pending_verification') {
    return { title: 'Confirmation', text: null, at: null, tone: 'ahead' };
  }
  if (status === 'confirmed') {
    return { title: 'On its way', text: 'You will see here when it leaves the warehouse.', at: null, tone: 'ahead' };
  }
  return undefined;
}
