/** Refusals that are answered in one turn of the event loop; one costs up to a millisecond on a busy machine. */
const REFUSALS_PER_TURN = 128;

/**
 * Waits for its turn to answer a refusal. Answering all of them at once would make a turn of the event loop last as long
 * as a thousand refusals take, and the orders that were let in need several turns each. A connection that waits for its
 * refusal sends nothing new either.
 */
export function makeRefusalTurns(perTurn = REFUSALS_PER_TURN): () => Promise<void> {
  let waiting: (() => void)[] = [];

  const answer = (): void => {
    const now = waiting.slice(0, perTurn);
    waiting = waiting.slice(perTurn);
    if (waiting.length > 0) setImmediate(answer);
    for (const resolve of now) resolve();
  };

  return () =>
    new Promise((resolve) => {
      if (waiting.length === 0) setImmediate(answer);
      waiting.push(resolve);
    });
}
