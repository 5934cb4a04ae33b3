const SECOND = 1_000;
/** Ctrl+C under npm arrives twice, from the terminal and passed on by npm; people take longer to press it again. */
const SAME_REQUEST_MS = 500;
const PARENT_CHECK_MS = SECOND / 2;

export interface StopActions {
  say(text: string): void;
  /** Stops everything in order. */
  stop(): Promise<void>;
  /** Kills everything at once. */
  kill(): void;
}

/**
 * Stops on Ctrl+C, SIGTERM, SIGHUP or the end of npm, with exit code 0; a second request forces, with exit code 1.
 * Returns whether a stop is under way.
 */
export function watchForStop(actions: StopActions, now = () => performance.now()): () => boolean {
  let requestedAt: number | undefined;

  async function request(why: string): Promise<void> {
    if (requestedAt !== undefined) {
      if (now() - requestedAt < SAME_REQUEST_MS) return;
      actions.say('Killing everything.');
      actions.kill();
      process.exit(1);
    }
    requestedAt = now();
    actions.say(`\nStopping (${why}); once more forces it.`);
    await actions.stop();
    actions.say(`Stopped after ${((now() - requestedAt) / SECOND).toFixed(1)} s.`);
    process.exit(0);
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void request(signal));
  // Whoever reads our output may go away first (a closed terminal, `| head`); that is no reason to leave orphans.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

  // The shell between npm and us does not pass SIGTERM on: when it is gone, we were meant.
  if (process.env.npm_lifecycle_event !== undefined) watchParent(() => void request('npm ended'));
  return () => requestedAt !== undefined;
}

function watchParent(onGone: () => void): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    onGone();
  }, PARENT_CHECK_MS);
  watch.unref();
}
