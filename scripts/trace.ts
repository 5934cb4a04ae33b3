/** `npm run trace`: everything that was recorded about one order, as a tree in the order of time. */
import { parseArgs } from 'node:util';
import { orderDetails } from '@valerix/contracts/order-api';
import { formatTable } from '../local/console-table.ts';
import { readEndpoints } from '../local/endpoints.ts';
import { readItems, traceLines } from './trace/trace-tree.ts';

const USAGE = `Usage: npm run trace -- ID [--home DIR]

  ID           an order's id, or a trace id (32 hexadecimal digits; traceId in answers, problem documents and logs)
  --home DIR   data directory of the running system (default: VALERIX_HOME, else .valerix)
`;

const isTraceId = (id: string) => /^[0-9a-f]{32}$/i.test(id);

async function json(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { home: { type: 'string' } } });
  const [id] = positionals;
  if (id === undefined) {
    console.error(USAGE);
    return 2;
  }
  const endpoints = await readEndpoints(values.home ?? (process.env.VALERIX_HOME || '.valerix'));
  if (endpoints.insights === null) throw new Error('Telemetry goes to a real Application Insights: search there.');
  const order = isTraceId(id) ? undefined : orderDetails.parse(await json(`${endpoints.order}/api/orders/${id}`));
  const traceId = order?.traceId ?? id;
  const lines = traceLines(readItems(await json(`${endpoints.insights}/items?traceId=${traceId.toLowerCase()}`)));
  if (order !== undefined) {
    console.log(`order ${order.orderId}: ${order.status}${order.recoveredFromCrash ? ', recovered from a crash' : ''}`);
    for (const { at, from, to, reason } of order.history)
      console.log(`  ${at}  ${from ?? '-'} -> ${to}${reason === null ? '' : ` (${reason})`}`);
  }
  if (lines.length === 0) {
    console.log(`trace ${traceId}: nothing was recorded. Only so many traces a second are; the newest take a second.`);
    return 1;
  }
  console.log(`trace ${traceId}\n`);
  const rows = lines.map(({ atMs, durationMs, role, depth, what, failed }) => [
    `+${atMs} ms`,
    durationMs === null ? '' : `${durationMs.toFixed(1)} ms`,
    role,
    `${'  '.repeat(depth)}${failed && !what.startsWith('!') ? 'FAILED ' : ''}${what}`,
  ]);
  console.log(formatTable([['when', 'took', 'where', 'what'], ...rows]));
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
