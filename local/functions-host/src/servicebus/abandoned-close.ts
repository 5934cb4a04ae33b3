/**
 * True for what the Service Bus SDK leaves unhandled when a broker goes silent: it closes a link without waiting for the
 * answer, and a minute later the close fails where nobody listens. The listener has its new link by then or keeps trying;
 * this says nothing about the app, and must not end it.
 */
export function isAbandonedClose(error: unknown): boolean {
  return (
    error instanceof Error && error.name === 'OperationTimeoutError' && error.message.startsWith('Unable to close the ')
  );
}
