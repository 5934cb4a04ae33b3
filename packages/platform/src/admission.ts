export interface AdmissionOptions {
  /** How many may be worked on at the same time. */
  readonly maxInFlight: number;
  /** How many may wait for a place. */
  readonly maxWaiting: number;
  /** Milliseconds that one waits for a place in a burst, which is over once the queue has been empty. */
  readonly maxWaitMs: number;
  /** Milliseconds that one waits in an overload, which is a queue that was full or that stood for `maxWaitMs`. */
  readonly overloadWaitMs: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

/** Why someone was not let in: the queue was full, or the time for waiting in it was over. */
export type RefusalReason = 'queue_full' | 'waited_too_long';

export type Entry =
  /** `leave` gives the place back; calling it again changes nothing. */
  | { readonly kind: 'admitted'; readonly leave: () => void }
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

export interface Admission {
  /** Takes a place, waiting for one if need be. Never rejects. */
  enter(): Entry | Promise<Entry>;
  inFlight(): number;
  waiting(): number;
}

interface Waiting {
  readonly since: number;
  readonly resolve: (entry: Entry) => void;
}

/**
 * Lets in as many as can be worked on together; the others wait in line, so many and so long.
 *
 * How long depends on what the queue is. A burst drains by itself, so those in it are let wait. In an overload the queue
 * never drains: whatever its length, everybody would wait as long as they are let, and nobody would gain by it. So
 * patience is short from the moment the queue overflows, or has not been empty for as long as a burst may last, until it
 * is empty again. (The two timeouts are those of "Fail at Scale", https://queue.acm.org/detail.cfm?id=2839461.)
 */
export function makeAdmission(options: AdmissionOptions): Admission {
  const { maxInFlight, maxWaiting, maxWaitMs, overloadWaitMs, now = () => performance.now() } = options;
  const queue: Waiting[] = [];
  let inFlight = 0;
  let standingSince = 0;
  let isOverloaded = false;
  let timer: NodeJS.Timeout | undefined;

  const admit = (): Entry => {
    inFlight += 1;
    let left = false;
    return {
      kind: 'admitted',
      leave() {
        if (left) return;
        left = true;
        inFlight -= 1;
        expire();
        while (inFlight < maxInFlight && queue.length > 0) queue.shift()?.resolve(admit());
        lookAgain();
      },
    };
  };

  /** Sends away who waited long enough. */
  const expire = (): void => {
    const at = now();
    isOverloaded ||= queue.length > 0 && at - standingSince >= maxWaitMs;
    const patience = isOverloaded ? Math.min(overloadWaitMs, maxWaitMs) : maxWaitMs;
    for (let head = queue[0]; head !== undefined && at - head.since >= patience; head = queue[0]) {
      queue.shift();
      head.resolve({ kind: 'refused', reason: 'waited_too_long' });
    }
  };

  /** Nobody may ever leave, so the head of the queue has a timer of its own. */
  const lookAgain = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const head = queue[0];
    if (head === undefined) {
      isOverloaded = false;
      return;
    }
    const patience = isOverloaded ? Math.min(overloadWaitMs, maxWaitMs) : maxWaitMs;
    timer = setTimeout(
      () => {
        expire();
        lookAgain();
      },
      Math.max(1, Math.ceil(head.since + patience - now())),
    );
  };

  return {
    enter() {
      if (inFlight < maxInFlight && queue.length === 0) return admit();
      if (queue.length >= maxWaiting) {
        isOverloaded = queue.length > 0;
        expire();
        lookAgain();
      }
      if (queue.length >= maxWaiting) return { kind: 'refused', reason: 'queue_full' };
      const since = now();
      if (queue.length === 0) standingSince = since;
      const entry = new Promise<Entry>((resolve) => queue.push({ since, resolve }));
      if (timer === undefined) lookAgain();
      return entry;
    },
    inFlight: () => inFlight,
    waiting: () => queue.length,
  };
}
