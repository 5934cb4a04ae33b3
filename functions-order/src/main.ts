import { app } from '@azure/functions';
import { composeOrderService } from './composition.ts';
import { readConfig } from './config.ts';
import { registerFunctions } from './register-functions.ts';

const service = composeOrderService(readConfig(process.env), { triggers: app });
registerFunctions(service);
service.watch.start();
app.hook.appTerminate(() => service.close());

// Migrates before the first request needs it; while the database is away, the first statement tries again.
service.database.ready().catch(() => {});
