import { json } from '@valerix/platform/http';
import { health, http } from '../app.ts';

http.endpoint('health-get', {
  methods: ['GET'],
  route: 'health',
  isProbe: true,
  handler: async () => {
    const report = await health();
    return json(report.status === 'healthy' ? 200 : 503, report);
  },
});
