import { type OrderDetails, orderDetails } from '@valerix/contracts/order-api';
import { useEffect, useRef, useState } from 'react';
import { CallFailed, messageOf } from '../live/service-calls.ts';
import { useOperations } from '../live/use-board.ts';

export type DetailsRead =
  | { readonly kind: 'reading' }
  | { readonly kind: 'read'; readonly details: OrderDetails }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'failed'; readonly message: string };

/** Reads the order when it is opened, and again whenever `version` says that it changed. */
export function useOrderDetails(orderId: string, version: number): DetailsRead {
  const { call } = useOperations();
  const [read, setRead] = useState<DetailsRead>({ kind: 'reading' });
  const known = useRef(-1);

  useEffect(() => {
    if (known.current >= version) return;
    let current = true;
    call({ service: 'order', path: `/api/orders/${orderId}`, schema: orderDetails }).then(
      (details) => {
        if (!current) return;
        known.current = details.orderVersion;
        setRead({ kind: 'read', details });
      },
      (error: unknown) => {
        if (!current) return;
        const missing = error instanceof CallFailed && error.status === 404;
        setRead(missing ? { kind: 'not_found' } : { kind: 'failed', message: messageOf(error) });
      },
    );
    return () => {
      current = false;
    };
  }, [call, orderId, version]);

  return read;
}
