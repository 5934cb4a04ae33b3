import type { AnyEvent, EventType } from '@valerix/contracts/events';
import { negotiation } from '@valerix/contracts/push';
import type { SiteConfig } from '@valerix/contracts/site-config';
import { makeCheckHealth } from '../health/check-health.ts';
import { write } from '../journal/journal.ts';
import { type BoardStore, makeBoardStore } from './board-store.ts';
import { openChannel } from './channel.ts';
import type { Channel } from './channel-state.ts';
import { type Caller, makeCaller } from './service-calls.ts';
import { type Snapshots, startSnapshots } from './snapshots.ts';

/** Everything behind the page of one operator who is signed in. */
export interface Operations {
  readonly store: BoardStore;
  readonly call: Caller;
  readonly snapshots: Snapshots;
  stop(): void;
}

/** What an event makes worth reading anew, because the event does not say all of it. */
const rereadAfter: Partial<Record<EventType, 'alerts' | 'health' | 'chaos'>> = {
  AlertChanged: 'alerts',
  HealthChanged: 'health',
  ChaosChanged: 'chaos',
};

const GAP_REREAD_AT_MOST_EVERY_MS = 5_000;
const EVENT_REREAD_AT_MOST_EVERY_MS = 1_000;

export function startOperations(config: SiteConfig, operatorKey: string, onKeyRefused: () => void): Operations {
  const store = makeBoardStore();
  const call = makeCaller({ config, operatorKey, onKeyRefused });
  let channelState: Channel['state'] = 'connecting';
  const snapshots = startSnapshots({
    store,
    call,
    checkHealth: makeCheckHealth(config),
    channelIsLive: () => channelState === 'live',
  });

  const channel = openChannel({
    negotiate: async () => (await call({ service: 'inventory', path: '/api/ops/negotiate', schema: negotiation })).url,
    onEvents(events) {
      store.receive(events);
      rereadWhatTheyTouch(snapshots, events);
    },
    onState(next) {
      const before = channelState;
      channelState = next.state;
      store.apply((board) => ({ ...board, channel: next, journal: tellOfChannel(board.journal, before, next) }));
    },
    onMayHaveMissed: () => snapshots.readEverything(),
  });

  let gaps = { orders: 0, stock: 0 };
  const unsubscribe = store.subscribe(() => {
    const { orders, stock } = store.read();
    if (orders.gaps > gaps.orders) snapshots.refresh('orders', GAP_REREAD_AT_MOST_EVERY_MS);
    if (stock.gaps > gaps.stock) snapshots.refresh('products', GAP_REREAD_AT_MOST_EVERY_MS);
    gaps = { orders: orders.gaps, stock: stock.gaps };
  });

  return {
    store,
    call,
    snapshots,
    stop() {
      unsubscribe();
      channel.close();
      snapshots.stop();
      store.close();
    },
  };
}

function rereadWhatTheyTouch(snapshots: Snapshots, events: readonly AnyEvent[]): void {
  for (const { eventType } of events) {
    const name = rereadAfter[eventType];
    if (name !== undefined) snapshots.refresh(name, EVENT_REREAD_AT_MOST_EVERY_MS);
  }
}

function tellOfChannel(journal: Parameters<typeof write>[0], before: Channel['state'], next: Channel) {
  const entry = { id: crypto.randomUUID(), at: next.since };
  if (next.state === 'down' && before !== 'connecting') {
    return write(journal, { ...entry, tone: 'warning', words: 'Live channel lost: reading every 5 s instead' });
  }
  if (next.state === 'live' && before !== 'connecting') {
    return write(journal, { ...entry, tone: 'good', words: 'Live channel is back, everything was read again' });
  }
  return journal;
}
