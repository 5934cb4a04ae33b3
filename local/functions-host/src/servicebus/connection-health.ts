import type { Log } from '../log.ts';

export interface ConnectionHealth {
  /** A listener could not receive from an entity. */
  failed(entityPath: string, error: unknown): void;
  /** A listener has its link (again). */
  works(entityPath: string): void;
}

const CATEGORY = 'Host.ServiceBus';
/** These concern one entity and not the connection: each entity is worth a line of its own. */
const ENTITY_ERRORS = new Set(['MessagingEntityNotFound', 'MessagingEntityDisabled', 'UnauthorizedAccess']);

/** Logs the start and the end of an outage, however many listeners and attempts it takes. */
export function makeConnectionHealth(connectionName: string, log: Log): ConnectionHealth {
  const failing = new Set<string>();
  const entitiesNamed = new Set<string>();
  let outageSince: number | undefined;

  return {
    failed(entityPath, error) {
      failing.add(entityPath);
      const code = codeOf(error);
      if (ENTITY_ERRORS.has(code)) {
        if (entitiesNamed.has(entityPath)) return;
        entitiesNamed.add(entityPath);
        log(
          'error',
          CATEGORY,
          `cannot receive from ${entityPath} of ${connectionName} (${code}), will keep trying: ${messageOf(error)}`,
        );
      } else if (outageSince === undefined) {
        outageSince = Date.now();
        log('warning', CATEGORY, `${connectionName} cannot be reached, will keep trying: ${messageOf(error)}`);
      }
    },
    works(entityPath) {
      failing.delete(entityPath);
      if (entitiesNamed.delete(entityPath))
        log('warning', CATEGORY, `receiving from ${entityPath} of ${connectionName}`);
      if (outageSince === undefined || failing.size > entitiesNamed.size) return;
      const seconds = ((Date.now() - outageSince) / 1000).toFixed(1);
      outageSince = undefined;
      // Warning, not Information: whoever saw the outage begin must also see it end.
      log('warning', CATEGORY, `${connectionName} is reached again after ${seconds} s`);
    },
  };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** The SDK reports several failed attempts as one AggregateError with an empty message. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors.at(-1));
  return error instanceof Error ? error.message : String(error);
}
