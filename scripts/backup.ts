/** `npm run backup`: exports both databases now and makes the one call of the day, through the running services. */
import { parseArgs } from 'node:util';
import { type BackupMade, backupMade, type SnapshotTaken, snapshotTaken } from '@valerix/contracts/backups-api';
import { CallFailed, callService, type Service } from './services/call-service.ts';
import { findServices, serviceOptions, serviceUsage } from './services/find-services.ts';

const USAGE = `Usage: npm run backup -- [options]

Exports both databases and calls the vault with every snapshot that waits. The vault is called once a UTC day, whoever
asks: where today's call was made, what was exported now goes with tomorrow's.

  ${serviceUsage}

Exit codes: 0 stored, 1 not, 2 used wrongly, 3 exported, and today's call was made before.
`;

const SPENT = 429;
/** The Functions host ends whatever takes longer. */
const timeoutMs = 10 * 60_000;

async function run(services: readonly Service[], caller: Service): Promise<number> {
  // At once: the nearer the two are to one moment, the less is to be repaired after a restore.
  const answers = await Promise.all(
    services.map((service) => callService(service, 'POST', '/api/ops/snapshots', { timeoutMs })),
  );
  for (const [index, service] of services.entries()) {
    const { id, tables, rows, bytes }: SnapshotTaken = snapshotTaken.parse(answers[index]);
    const figures = `${tables} tables, ${rows.toLocaleString('en')} rows, ${Math.ceil(bytes / 1024)} kB compressed`;
    console.log(`${service.name}: snapshot ${id}, ${figures}`);
  }
  const made: BackupMade = backupMade.parse(await callService(caller, 'POST', '/api/ops/backups', { timeoutMs }));
  console.log(`Stored as ${made.day}: ${made.snapshots} snapshots, ${Math.ceil(made.bytes / 1024)} kB.`);
  for (const unfinished of made.unfinished) console.log(`Not done yet, and gone on with every hour: ${unfinished}`);
  return 0;
}

try {
  const { values } = parseArgs({
    options: {
      ...serviceOptions,
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) console.log(USAGE);
  else {
    const services = await findServices(values);
    const caller = services?.find(({ name }) => name === 'inventory');
    if (services?.length !== 2 || caller === undefined) {
      throw new Error('--order-url, --inventory-url and --key (or VALERIX_OPERATOR_KEY) are given together.');
    }
    process.exitCode = await run(services, caller);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof CallFailed ? (error.status === SPENT ? 3 : 1) : 2;
}
