import type { OrderStatus } from '@valerix/contracts/order';

export const statusNames: Readonly<Record<OrderStatus, string>> = {
  pending: 'Pending',
  pending_verification: 'Verifying',
  confirmed: 'Confirmed',
  failed: 'Failed',
  cancelled: 'Cancelled',
  shipped: 'Shipped',
};
