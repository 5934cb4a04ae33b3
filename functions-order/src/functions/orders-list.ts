import { json } from '@valerix/platform/http';
import type { OrderService } from '../composition.ts';
import { orderQueryOf } from '../order-requests.ts';
import { viewOf } from '../order-view.ts';
import { listOrders } from '../store/list-orders.ts';

export function ordersList({ http, database }: OrderService): void {
  http.endpoint('orders-list', {
    methods: ['GET'],
    route: 'api/orders',
    authLevel: 'function',
    async handler({ request }) {
      const { orders, nextCursor } = await listOrders(database, orderQueryOf(request.query));
      return json(200, { orders: orders.map(viewOf), nextCursor });
    },
  });
}
