/** `npm run dead-letters`: what the operator does with dead letters, over the two services' HTTP interfaces. */
import { parseArgs } from 'node:util';
import { type DeadLetterView, deadLetterDetails, deadLetterReplayed } from '@valerix/contracts/dead-letters-api';
import { formatTable } from '../local/console-table.ts';
import { callOwner, listAll, performAll } from './dead-letters/service-calls.ts';
import type { Service } from './services/call-service.ts';
import { findServices, serviceOptions, serviceUsage } from './services/find-services.ts';

const USAGE = `Usage: npm run dead-letters -- COMMAND [options]

  list               what waits, of both services
  show ID            one of them, with its body and its properties
  replay ID          send a copy to its reader again, then remove it
  replay --all       the same for all, or for those of --reader and --event-type
  discard ID         throw it away
  discard --all      the same for all, or for those of --reader and --event-type

  --reader R         only those of one queue or subscription, such as order-service-sub
  --event-type T     only those of one type, such as VerifyOrder
  --json             the answer as JSON
  ${serviceUsage}

Exit codes: 0 done, 1 not or not wholly done, 2 used wrongly.
`;
class UsageError extends Error {
  override name = 'UsageError';
}

function formatAge(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

function formatList(letters: readonly DeadLetterView[]): string {
  if (letters.length === 0) return 'There are no dead letters.';
  const rows = letters.map((letter) => [
    letter.id,
    letter.reader,
    letter.eventType ?? '-',
    letter.reason,
    String(letter.deliveryCount),
    formatAge(letter.ageSeconds),
  ]);
  return formatTable([['id', 'reader', 'event', 'reason', 'tries', 'age'], ...rows]);
}

const options = {
  all: { type: 'boolean' },
  reader: { type: 'string' },
  'event-type': { type: 'string' },
  json: { type: 'boolean' },
  ...serviceOptions,
  help: { type: 'boolean', short: 'h' },
} as const;

function readArguments() {
  try {
    return parseArgs({ args: process.argv.slice(2), options, allowPositionals: true });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Runs `work` for every service; says of each that failed why, and answers what the others gave. */
async function ofEach<T>(services: readonly Service[], work: (service: Service) => Promise<T>): Promise<T[]> {
  const results = await Promise.allSettled(services.map(work));
  for (const result of results) if (result.status === 'rejected') complain(result.reason);
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

function complain(error: unknown): void {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  console.error(error instanceof Error ? error.message : String(error));
  if (error instanceof UsageError) console.error(`\n${USAGE}`);
}

async function run(): Promise<void> {
  const { values, positionals } = readArguments();
  if (values.help) return console.log(USAGE);
  const [command, id, ...more] = positionals;
  const { all = false, reader, 'event-type': eventType } = values;
  const takesId = command === 'show' || ((command === 'replay' || command === 'discard') && !all);
  if (command === undefined || !['list', 'show', 'replay', 'discard'].includes(command)) {
    throw new UsageError(command === undefined ? 'Say what to do.' : `There is no command '${command}'.`);
  }
  if (takesId && id === undefined) {
    throw new UsageError(`${command} needs the id of a dead letter${command === 'show' ? '' : ', or --all'}.`);
  }
  if (more.length > 0 || (!takesId && id !== undefined)) throw new UsageError(`'${more[0] ?? id}' is too much.`);
  if (takesId && (reader ?? eventType) !== undefined) throw new UsageError('An id needs no filter.');

  const filter = { ...(reader !== undefined && { reader }), ...(eventType !== undefined && { eventType }) };
  const services = await findServices(values);
  if (services === undefined) {
    throw new UsageError('--order-url and --inventory-url need --key or VALERIX_OPERATOR_KEY.');
  }
  const print = (answer: unknown, text: string) => console.log(values.json ? JSON.stringify(answer, null, 2) : text);

  if (command === 'list') {
    const letters = (await ofEach(services, (service) => listAll(service, filter))).flat();
    // Of what is known: a service that did not answer was complained about.
    if (letters.length > 0 || process.exitCode === undefined) print(letters, formatList(letters));
  } else if (id !== undefined && command === 'show') {
    const letter = deadLetterDetails.parse(await callOwner(services, 'GET', id));
    print(letter, JSON.stringify(letter, null, 2));
  } else if (id !== undefined && command === 'replay') {
    const replayed = deadLetterReplayed.parse(await callOwner(services, 'POST', id, '/replay'));
    print(
      replayed,
      replayed.removed ? `${id} replayed.` : `${id} replayed; the original, or the copy, is listed still.`,
    );
  } else if (id !== undefined) {
    await callOwner(services, 'DELETE', id);
    print({ id, discarded: true }, `${id} discarded.`);
  } else {
    const verb = command === 'replay' ? 'replay' : 'discard';
    const performed = await ofEach(services, (service) => performAll(service, verb, filter));
    const lines = performed.map(({ service, done, remaining }) => `${service}: ${done} ${verb}ed, ${remaining} remain`);
    print(performed, lines.join('\n'));
    if (performed.some(({ remaining }) => remaining > 0)) process.exitCode = 1;
  }
}

await run().catch(complain);
