import type { OrderStatus } from '@valerix/contracts/order';

/** Where an order may go from each status. The database refuses anything else (orders-migrations/001-orders.sql). */
const transitions: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ['confirmed', 'failed', 'pending_verification'],
  pending_verification: ['confirmed', 'failed', 'cancelled'],
  confirmed: ['cancelled', 'shipped'],
  failed: [],
  cancelled: [],
  shipped: [],
};

export const isLegal = (from: OrderStatus, to: OrderStatus): boolean => transitions[from].includes(to);
