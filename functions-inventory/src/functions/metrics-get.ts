import { http, metrics } from '../app.ts';

http.endpoint('metrics-get', {
  methods: ['GET'],
  route: 'metrics',
  isProbe: true,
  handler: async () => ({
    body: await metrics.text(),
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
  }),
});
