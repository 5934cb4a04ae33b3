import { orderGroup } from '@valerix/contracts/push';
import { json } from '@valerix/platform/http';
import { RequestError } from '@valerix/platform/problem';
import type { OrderService } from '../composition.ts';
import { orderIdOf } from '../order-requests.ts';

/** Where the shopper of one order connects to hear what becomes of it, and nothing else. */
export function ordersNegotiate({ http, readOrder, clientUrl }: OrderService): void {
  http.endpoint('orders-negotiate', {
    methods: ['GET'],
    route: 'api/orders/{orderId}/negotiate',
    async handler({ params }) {
      const orderId = orderIdOf(params);
      if ((await readOrder(orderId)) === undefined) throw new RequestError('order_not_found');
      return json(200, await clientUrl(orderGroup(orderId)), { 'cache-control': 'no-store' });
    },
  });
}
