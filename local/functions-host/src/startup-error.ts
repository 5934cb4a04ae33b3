/** The host cannot start and the reason is something the developer can fix; the message says what, no stack needed. */
export class StartupError extends Error {
  override name = 'StartupError';
}
