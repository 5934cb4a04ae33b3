import type { AnyEvent } from '@valerix/contracts/events';

const reasons: Readonly<Record<string, string>> = {
  grpc_timeout: 'the warehouse did not answer in time',
  connection_error: 'the connection to the warehouse broke',
  circuit_open: 'the breaker is open: the warehouse is not asked',
  interrupted: 'its work was interrupted',
  insufficient_stock: 'not enough stock',
  unknown_product: 'unknown product',
  rejected: 'the warehouse rejected it',
  gave_up: 'given up: the warehouse could not be asked',
  fenced: 'cancelled before its reservation arrived',
};

/** A reason in words; one that is not known is shown as it is. */
export const reasonInWords = (reason: string): string => reasons[reason] ?? reason.replaceAll('_', ' ');

/** One event of an order in a short sentence without a full stop. */
export function describeOrderEvent(event: AnyEvent): string {
  switch (event.eventType) {
    case 'OrderCreated':
      return 'Order recorded';
    case 'OrderPendingVerification':
      return `Waiting for verification: ${reasonInWords(event.data.reason)}`;
    case 'OrderConfirmed':
      return event.data.recoveredFromCrash ? 'Confirmed, recovered after a crash' : 'Confirmed';
    case 'OrderFailed':
      return `Failed: ${reasonInWords(event.data.reason)}`;
    case 'OrderCancelled':
      return 'Cancelled';
    case 'OrderShipped':
      return 'Shipped';
    case 'StockReserved':
      return `${event.data.quantity} × ${event.data.productId} reserved, ${event.data.remainingStock} left`;
    case 'StockReleased':
      return `${event.data.quantity} × ${event.data.productId} released, ${event.data.newStock} on hand`;
    case 'OrderVerified':
      return event.data.status === 'confirmed'
        ? `The warehouse vouches for the reservation${event.data.recoveredFromCrash ? ', which a crash had hidden' : ''}`
        : `The warehouse refuses: ${reasonInWords(event.data.reason ?? 'rejected')}`;
    default:
      return event.eventType;
  }
}
