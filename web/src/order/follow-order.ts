import type { AnyEvent } from '@valerix/contracts/events';
import type { OrderView } from '@valerix/contracts/order-api';
import type { ServiceProblem } from '../app/call.ts';
import type { ShopApi } from '../app/shop-api.ts';
import { makeStore, type Store } from '../app/store.ts';
import { isFinal, isOutdated, isWaiting, type KnownOrder, nothingKnown, withEvents, withOrder } from './order-state.ts';
import { type Channel, nextPollAt, POLLS_MAX, type PollState } from './poll-schedule.ts';

/** The order as the page shows it. */
export interface Following {
  readonly known: KnownOrder;
  readonly channel: Channel;
  /** What the last call for the order met; null after one that was answered. */
  readonly trouble: 'unreachable' | ServiceProblem | null;
  /** It was asked for as often as it may be by itself; the shopper can ask for more. */
  readonly tired: boolean;
}

export interface PushListener {
  readonly channelIs: (channel: Channel) => void;
  readonly heard: (events: readonly AnyEvent[]) => void;
}

export interface FollowDeps {
  readonly api: Pick<ShopApi, 'order'>;
  /** Opens the push channel of the order; answers how to close it. */
  readonly openPush: (orderId: string, listener: PushListener) => () => void;
}

export interface OrderFollower {
  readonly state: Store<Following>;
  /** Asks now, and takes new heart to poll: the shopper came back, or the network did. */
  refresh(): void;
  /** Another call has told the order's newer state, such as a cancellation. */
  tell(order: OrderView): void;
  stop(): void;
}

/** Follows one order: by push, by polling while push is down or silent, and each time by the whole truth of a GET. */
export function followOrder(orderId: string, { api, openPush }: FollowDeps): OrderFollower {
  const state = makeStore<Following>({ known: nothingKnown, channel: 'connecting', trouble: null, tired: false });
  let poll: Omit<PollState, 'waiting' | 'channel'> = { polls: 0, lastAskedAt: 0, lastHeardAt: 0, notBefore: 0 };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closePush: (() => void) | undefined;
  let asking = false;
  let askOnceMore = false;
  let stopped = false;

  const change = (part: Partial<Following>) => state.set({ ...state.get(), ...part });

  const ask = async () => {
    clearTimeout(timer);
    if (asking) {
      // What is on its way may have been read before the news.
      askOnceMore = true;
      return;
    }
    asking = true;
    askOnceMore = false;
    poll = { ...poll, lastAskedAt: Date.now() };
    const answer = await api.order(orderId);
    asking = false;
    if (stopped) return;
    if (answer.kind === 'answered') {
      change({ known: withOrder(state.get().known, answer.body), trouble: null });
    } else if (answer.kind === 'unreachable') {
      change({ trouble: 'unreachable' });
    } else {
      poll = { ...poll, notBefore: Date.now() + (answer.problem.retryAfterMs ?? 0) };
      change({ trouble: answer.problem });
    }
    if (askOnceMore && isOutdated(state.get().known)) void ask();
    else goOn();
  };

  /** Opens or closes the push channel and sets the next poll, by what is known now. */
  const goOn = () => {
    clearTimeout(timer);
    const { known, channel, trouble } = state.get();
    const missing = trouble !== null && trouble !== 'unreachable' && trouble.status >= 400 && trouble.status < 500;
    const over = known.order !== null ? isFinal(known.order.status) && !isOutdated(known) : missing;
    if (over) {
      closePush?.();
      closePush = undefined;
    } else if (known.order !== null) {
      closePush ??= openPush(orderId, listener);
    }
    const waiting = !missing && isWaiting(known);
    const at = nextPollAt({ ...poll, waiting, channel });
    change({ tired: waiting && poll.polls >= POLLS_MAX });
    if (at === null) return;
    timer = setTimeout(
      () => {
        poll = { ...poll, polls: poll.polls + 1 };
        void ask();
      },
      Math.max(0, at - Date.now()),
    );
  };

  const listener: PushListener = {
    channelIs(channel) {
      if (stopped || channel === state.get().channel) return;
      change({ channel });
      if (channel !== 'live') return goOn();
      poll = { ...poll, lastHeardAt: Date.now() };
      // What happened before the channel was open was told to nobody.
      void ask();
    },
    heard(events) {
      if (stopped) return;
      const before = state.get().known;
      const known = withEvents(before, orderId, events);
      if (known === before) return;
      poll = { ...poll, lastHeardAt: Date.now(), polls: 0 };
      change({ known });
      void ask();
    },
  };

  void ask();
  return {
    state,
    refresh() {
      poll = { ...poll, polls: 0, notBefore: 0 };
      void ask();
    },
    tell({ orderVersion }) {
      const { known } = state.get();
      change({ known: { ...known, heardVersion: Math.max(known.heardVersion, orderVersion) } });
      void ask();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      closePush?.();
    },
  };
}
