/** What is wrong with the warehouse while one part of the shoppers come. */
export interface Act {
  readonly name: string;
  /** Variables of the gRPC host. */
  readonly faults: Readonly<Record<string, string>>;
}

const slow = { GREMLIN_MODE: 'true', GREMLIN_EVERY_NTH: '8', GREMLIN_DELAY_MS: '3000' };
const schrodinger = (fault: string, probability: number) => ({
  SCHRODINGER_MODE: 'true',
  SCHRODINGER_FAULT: fault,
  SCHRODINGER_CRASH_PROBABILITY: String(probability),
});

/**
 * Every kind of Schrödinger's fault in turn, a third of the shoppers each; the Gremlin is there all the time. A death
 * takes every order in flight with it and the time of a restart, so it strikes less often than the other two.
 */
export const acts: readonly Act[] = [
  { name: 'the stock is taken, an error is answered', faults: { ...slow, ...schrodinger('error', 0.1) } },
  { name: 'the stock is taken, the connection is cut', faults: { ...slow, ...schrodinger('drop', 0.08) } },
  { name: 'the stock is taken, the process dies', faults: { ...slow, ...schrodinger('exit', 0.04) } },
];
