/** What an error from PostgreSQL, or from the way to it, means for the caller. */

import { DatabaseTokenError } from './azure/database-login.ts';

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const unavailableClasses = new Set([
  '08', // connection exception
  '28', // the role is not accepted: a rotated credential or a server that is still being set up
  '53', // insufficient resources: connections, memory, disk
  '57', // operator intervention: shutdown, crash recovery, statement timeout
  '58', // system error
]);
const unavailableStates = new Set([
  '25006', // read-only: a standby during failover
  '3D000', // the database does not exist (yet)
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // lock not available in time
]);

// pg reports these without a code.
const unavailableMessages =
  /connection terminated|timeout exceeded when trying to connect|timeout expired|query read timeout|client has encountered a connection error|not queryable|cannot use a pool after calling end/i;

/** True when trying again later may succeed without a change: the server is away, overloaded or the attempt collided. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof DatabaseTokenError) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code !== undefined) {
    if (networkCodes.has(code) || unavailableStates.has(code)) return true;
    if (/^[0-9A-Z]{5}$/.test(code) && unavailableClasses.has(code.slice(0, 2))) return true;
  }
  if (error instanceof AggregateError && error.errors.some(isUnavailable)) return true;
  return unavailableMessages.test(error.message) || isUnavailable(error.cause);
}
