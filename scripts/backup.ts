/** `npm run backup`: exports both databases now and makes the one call of the day, through the running services. */
import { parseArgs } from 'node:util';
import { type BackupMade, backupMade, type SnapshotTaken, snapshotTaken } from '@valerix/contracts/backups-api';
import { readEndpoints } from '../local/endpoints.ts';
import { CallFailed, callService, type Service } from './dead-letters/service-calls.ts';

const USAGE = `Usage: npm run backup -- [options]

Exports both databases and calls the vault with every snapshot that waits. The vault is called once a UTC day, whoever
asks: where today's call was made, what was exported now goes with tomorrow's.

  --home DIR         data directory of the running system (default: VALERIX_HOME, else .valerix)
  --order-url U, --inventory-url U, --key K
                     the services elsewhere, and their operator key (default of the key: VALERIX_OPERATOR_KEY)

Exit codes: 0 stored, 1 not, 2 used wrongly, 3 exported, and today's call was made before.
`;

const SPENT = 429;

async function findServices(values: Readonly<Record<string, string | boolean | undefined>>): Promise<Service[]> {
  const given = { order: values['order-url'], inventory: values['inventory-url'] };
  const key = values.key ?? process.env.VALERIX_OPERATOR_KEY;
  if (typeof given.order === 'string' && typeof given.inventory === 'string' && typeof key === 'string') {
    return [
      { name: 'Order', url: given.order, key },
      { name: 'Inventory', url: given.inventory, key },
    ];
  }
  const home = typeof values.home === 'string' ? values.home : process.env.VALERIX_HOME || '.valerix';
  const { order, inventory, operatorKey } = await readEndpoints(home);
  return [
    { name: 'Order', url: order, key: operatorKey },
    { name: 'Inventory', url: inventory, key: operatorKey },
  ];
}

async function run(services: readonly Service[]): Promise<number> {
  // At once: the nearer the two are to one moment, the less is to be repaired after a restore.
  const answers = await Promise.all(services.map((service) => callService(service, 'POST', '/api/ops/snapshots')));
  for (const [index, service] of services.entries()) {
    const { id, tables, rows, bytes }: SnapshotTaken = snapshotTaken.parse(answers[index]);
    const figures = `${tables} tables, ${rows.toLocaleString('en')} rows, ${Math.ceil(bytes / 1024)} kB compressed`;
    console.log(`${service.name}: snapshot ${id}, ${figures}`);
  }
  const caller = services.find(({ name }) => name === 'Inventory');
  if (caller === undefined) return 2;
  const made: BackupMade = backupMade.parse(await callService(caller, 'POST', '/api/ops/backups'));
  console.log(`Stored as ${made.day}: ${made.snapshots} snapshots, ${Math.ceil(made.bytes / 1024)} kB.`);
  for (const unfinished of made.unfinished) console.log(`Not done yet, and gone on with every hour: ${unfinished}`);
  return 0;
}

try {
  const { values } = parseArgs({
    options: {
      home: { type: 'string' },
      'order-url': { type: 'string' },
      'inventory-url': { type: 'string' },
      key: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) console.log(USAGE);
  else process.exitCode = await run(await findServices(values));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof CallFailed ? (error.status === SPENT ? 3 : 1) : 2;
}
