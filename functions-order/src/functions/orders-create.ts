import { passCrashPoint } from '@valerix/platform/crash-points';
import type { OrderService } from '../composition.ts';
import { IDEMPOTENCY_HEADER, idempotencyKeyOf } from '../idempotency.ts';
import { answerForPlacement } from '../order-answers.ts';
import { orderRequestOf } from '../order-requests.ts';

export function ordersCreate({ http, placeOrder, orderMetrics }: OrderService): void {
  http.endpoint('orders-create', {
    methods: ['POST'],
    route: 'api/orders',
    async handler(call) {
      const startedAt = performance.now();
      const request = orderRequestOf(await call.json());
      const key = idempotencyKeyOf(call.header(IDEMPOTENCY_HEADER), request);
      passCrashPoint('order.after-validation');
      const placement = await placeOrder({ request, key, traceparent: call.traceparent });
      if (placement.kind === 'placed' && !placement.replayed) {
        orderMetrics.orderPlaced(placement.order.status, (performance.now() - startedAt) / 1000);
      }
      passCrashPoint('order.before-answer');
      return answerForPlacement(placement);
    },
  });
}
