import {
  type DeadLetterView,
  deadLetterPage,
  deadLettersDiscarded,
  deadLettersReplayed,
} from '@valerix/contracts/dead-letters-api';
import { CallFailed, callService, type Service } from '../services/call-service.ts';

const call = (service: Service, method: string, path: string, query?: Record<string, string>) =>
  callService(service, method, `/api/ops/dead-letters${path}`, { ...(query && { query }) });

/** Asks the services for the one that knows `id`. */
export async function callOwner(
  services: readonly Service[],
  method: string,
  id: string,
  action = '',
): Promise<unknown> {
  let failure: CallFailed | undefined;
  for (const service of services) {
    try {
      return await call(service, method, `/${encodeURIComponent(id)}${action}`);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      // That one does not know it: what another says, or why it says nothing, matters more.
      if (error.status === 404) continue;
      failure ??= error;
    }
  }
  throw failure ?? new CallFailed(`No service knows the dead letter '${id}'.`, 404);
}

export async function listAll(service: Service, filter: Record<string, string>): Promise<DeadLetterView[]> {
  const found: DeadLetterView[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { ...filter, limit: '200', ...(cursor && { cursor }) };
    const page = deadLetterPage.parse(await call(service, 'GET', '', query));
    found.push(...page.deadLetters);
    cursor = page.nextCursor;
  }
  return found;
}

interface Performed {
  readonly service: string;
  readonly done: number;
  readonly remaining: number;
}

/** Call after call until nothing is left; no more than there were at first, for some may come straight back. */
export async function performAll(service: Service, verb: 'replay' | 'discard', filter: Record<string, string>) {
  let done = 0;
  let atFirst: number | undefined;
  for (;;) {
    const step =
      verb === 'replay'
        ? deadLettersReplayed.parse(await call(service, 'POST', '/replay', filter))
        : deadLettersDiscarded.parse(
            await call(service, 'DELETE', '', Object.keys(filter).length > 0 ? filter : { all: 'true' }),
          );
    const handled = 'replayed' in step ? step.replayed : step.discarded;
    done += handled;
    atFirst ??= handled + step.remaining;
    if (handled === 0 || step.remaining === 0 || done >= atFirst) {
      return { service: service.name, done, remaining: step.remaining } satisfies Performed;
    }
  }
}
