import { json } from '@valerix/platform/http';
import { backups, http } from '../app.ts';
import { answerRun } from '../backup-answers.ts';

/** Makes the day's call now, with every snapshot that waits. The day has one, whoever asks. */
http.endpoint('backups-run', {
  methods: ['POST'],
  route: 'api/ops/backups',
  authLevel: 'function',
  handler: async () => json(200, answerRun(await backups.run({ asked: true }), Date.now())),
});
