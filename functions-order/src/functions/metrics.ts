import type { OrderService } from '../composition.ts';

export function metrics({ http, metrics: measured }: OrderService): void {
  http.endpoint('metrics', {
    methods: ['GET'],
    route: 'metrics',
    isProbe: true,
    async handler() {
      return {
        status: 200,
        body: await measured.text(),
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      };
    },
  });
}
