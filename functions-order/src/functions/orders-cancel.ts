import { RequestError } from '@valerix/platform/problem';
import type { OrderService } from '../composition.ts';
import { answerForCommand } from '../order-answers.ts';
import { orderIdOf } from '../order-requests.ts';

export function ordersCancel({ http, changeOrder }: OrderService): void {
  http.endpoint('orders-cancel', {
    methods: ['POST'],
    route: 'api/orders/{orderId}/cancel',
    async handler({ params }) {
      const settled = await changeOrder(orderIdOf(params), { kind: 'cancel' });
      if (settled === undefined) throw new RequestError('order_not_found');
      return answerForCommand(settled);
    },
  });
}
