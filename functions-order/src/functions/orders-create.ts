import { passCrashPoint } from '@valerix/platform/crash-points';
import { RequestError } from '@valerix/platform/problem';
import type { OrderService } from '../composition.ts';
import { IDEMPOTENCY_HEADER, idempotencyKeyOf } from '../idempotency.ts';
import { answerForPlacement } from '../order-answers.ts';
import { orderRequestOf } from '../order-requests.ts';

const RETRY_AFTER_MAX_SECONDS = 5;

export function ordersCreate({ http, admission, refusalTurn, placeOrder, orderMetrics }: OrderService): void {
  http.endpoint('orders-create', {
    methods: ['POST'],
    route: 'api/orders',
    async handler(call) {
      const startedAt = performance.now();
      // Before the body is looked at: a refusal has to cost next to nothing.
      const entry = await admission.enter();
      if (entry.kind === 'refused') {
        orderMetrics.orderRefused(entry.reason);
        await refusalTurn();
        // By chance, so that those who are refused together do not come back together.
        const retryAfterSeconds = 1 + Math.floor(Math.random() * RETRY_AFTER_MAX_SECONDS);
        throw new RequestError('too_many_requests', {}, { retryAfterSeconds });
      }
      const waitedMs = performance.now() - startedAt;
      try {
        const request = orderRequestOf(await call.json());
        const key = idempotencyKeyOf(call.header(IDEMPOTENCY_HEADER), request);
        passCrashPoint('order.after-validation');
        const placement = await placeOrder({ request, key, traceparent: call.traceparent, waitedMs });
        if (placement.kind === 'placed' && !placement.replayed) {
          orderMetrics.orderPlaced(placement.order.status, (performance.now() - startedAt) / 1000);
        }
        passCrashPoint('order.before-answer');
        return answerForPlacement(placement);
      } finally {
        entry.leave();
      }
    },
  });
}
