import type { LinkReceiver } from './amqp-client-receiver.ts';
import { isConnected, onLinkGone } from './amqp-connection.ts';
import { toAmqpError } from './amqp-errors.ts';
import type { Entity, Session } from './entity.ts';
import { timedOut } from './errors.ts';
import { type RheaSender, types } from './rhea-internals.ts';
import { acquireSession, awaitSession, releaseSession } from './sessions.ts';

const SESSION_FILTER = 'com.microsoft:session-filter';
const DEFAULT_TIMEOUT_MS = 60_000;
/** The answer has to reach the client before its own timer fires. */
const ANSWER_EARLIER_MS = 100;
/** .NET ticks (100 ns) from year 1 to 1970. */
const TICKS_AT_EPOCH = 621_355_968_000_000_000n;

/** What the client asks for: a session by id, or the next one that is available (id undefined). */
export interface SessionFilter {
  readonly id: string | undefined;
}

export function sessionFilterOf(link: RheaSender): SessionFilter | undefined {
  const filter = link.remote.attach.source?.filter;
  if (!filter || !(SESSION_FILTER in filter)) return undefined;
  const described: unknown = filter[SESSION_FILTER];
  const id: unknown =
    typeof described === 'object' && described !== null && 'value' in described ? described.value : described;
  return { id: typeof id === 'string' ? id : undefined };
}

/** Locks a session for the link, now or as soon as one becomes available. Throws ServiceBusError. */
export function acceptSession(
  link: RheaSender,
  entity: Entity,
  linkReceiver: LinkReceiver,
  filter: SessionFilter,
  onAccepted: () => void,
): void {
  const { receiver } = linkReceiver;

  function accept(session: Session): void {
    link.set_source({ address: link.remote.attach.source?.address ?? '', filter: { [SESSION_FILTER]: session.id } });
    link.local.attach.properties = { 'com.microsoft:locked-until-utc': toTicks(session.lockedUntil) };
    onLinkGone(link, () => {
      if (session.receiver === receiver) releaseSession(entity, session, 'closed');
    });
    onAccepted();
  }

  const session = acquireSession(entity, filter.id, receiver);
  if (session) {
    accept(session);
    return;
  }

  // Our attach is held back until there is a session; rhea has already asked for it to be written.
  link.state.local_open = false;
  link.state.open_requests = 0;
  const stopWaiting = awaitSession(entity, () => {
    if (!isConnected(link) || !link.is_remote_open()) return;
    const found = acquireSession(entity, undefined, receiver);
    if (!found) return;
    end();
    accept(found);
    link.open();
  });
  const timer = setTimeout(() => {
    end();
    // Never on a link that has ended: a late attach makes .NET drop the whole connection.
    if (!isConnected(link) || !link.is_remote_open()) return;
    link.open();
    link.local.attach.source = undefined;
    link.close(toAmqpError(timedOut(), 'accept a session', () => {}));
  }, timeoutOf(link));

  function end(): void {
    clearTimeout(timer);
    stopWaiting();
  }
  onLinkGone(link, end);
}

function timeoutOf(link: RheaSender): number {
  const timeout = Number(link.remote.attach.properties?.['com.microsoft:timeout'] ?? DEFAULT_TIMEOUT_MS);
  return Math.max(0, timeout - ANSWER_EARLIER_MS);
}

function toTicks(time: number): unknown {
  const ticks = Buffer.alloc(8);
  ticks.writeBigInt64BE(BigInt(time) * 10_000n + TICKS_AT_EPOCH);
  return types.wrap_long(ticks);
}
