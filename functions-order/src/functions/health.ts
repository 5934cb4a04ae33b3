import { json } from '@valerix/platform/http';
import type { OrderService } from '../composition.ts';

export function health({ http, checkHealth }: OrderService): void {
  http.endpoint('health', {
    methods: ['GET'],
    route: 'health',
    isProbe: true,
    async handler() {
      const report = await checkHealth();
      return json(report.status === 'healthy' ? 200 : 503, report);
    },
  });
}
