import { app } from '@azure/functions';
import { startTelemetry } from '@valerix/platform/telemetry/telemetry';
import { composeOrderService, SERVICE } from './composition.ts';
import { readConfig } from './config.ts';
import { registerFunctions } from './register-functions.ts';

const config = readConfig(process.env);
const telemetry = await startTelemetry(SERVICE, config);
const service = composeOrderService(config, { triggers: app, telemetry });
registerFunctions(service);
service.watch.start();

// Migrates before the first request needs it; while the database is away, the first statement tries again.
service.database.ready().catch(() => {});

app.hook.appTerminate(() => service.close());
