import { json } from '@valerix/platform/http';
import { RequestError } from '@valerix/platform/problem';
import type { OrderService } from '../composition.ts';
import { orderIdOf } from '../order-requests.ts';
import { detailsOf } from '../order-view.ts';

export function ordersGet({ http, readOrderWithHistory }: OrderService): void {
  http.endpoint('orders-get', {
    methods: ['GET'],
    route: 'api/orders/{orderId}',
    async handler({ params }) {
      const found = await readOrderWithHistory(orderIdOf(params));
      if (found === undefined) throw new RequestError('order_not_found');
      return json(200, detailsOf(found.order, found.history));
    },
  });
}
