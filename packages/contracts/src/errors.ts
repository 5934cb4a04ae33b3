/**
 * Every error a client of the REST interfaces can meet, written once.
 *
 * `retryable`: the same request may succeed later without being changed.
 * `ambiguous`: the request may have taken effect although this error was answered.
 */
export interface ErrorKind {
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
  readonly ambiguous: boolean;
}

const kind = (status: number, title: string, more: Partial<ErrorKind> = {}): ErrorKind => ({
  status,
  title,
  retryable: false,
  ambiguous: false,
  ...more,
});

export const errorCatalogue = {
  invalid_json: kind(400, 'The request body is not valid JSON.'),
  invalid_request: kind(400, 'The request is not valid.'),
  unauthorized: kind(401, 'The operator key is missing or wrong.'),
  chaos_not_allowed: kind(403, 'Faults on purpose are not allowed here.'),
  order_not_found: kind(404, 'There is no such order.'),
  product_not_found: kind(404, 'There is no such product.'),
  dead_letter_not_found: kind(404, 'There is no such dead letter.'),
  not_found: kind(404, 'There is nothing at this address.'),
  method_not_allowed: kind(405, 'This address does not answer that method.'),
  insufficient_stock: kind(409, 'There is not enough stock.'),
  order_in_progress: kind(409, 'The order is still being processed.', { retryable: true }),
  order_not_cancellable: kind(409, 'The order can no longer be cancelled.'),
  order_not_shippable: kind(409, 'Only a confirmed order can be shipped.'),
  backup_nothing_new: kind(409, 'There is no snapshot that is not preserved already.'),
  dead_letter_busy: kind(409, 'The dead letter is in use, or lies behind too many others.', { retryable: true }),
  body_too_large: kind(413, 'The request body is too large.'),
  unsupported_media_type: kind(415, 'The request body must be application/json.'),
  order_rejected: kind(422, 'The warehouse cannot accept this order.'),
  unknown_product: kind(422, 'The order names a product that does not exist.'),
  idempotency_key_reused: kind(422, 'The idempotency key was used before with another request.'),
  too_many_requests: kind(429, 'Too many orders at this moment. Nothing was ordered; please try again.', {
    retryable: true,
  }),
  backup_day_spent: kind(
    429,
    'The one backup call of this UTC day has been made; what is new goes with the next one.',
    {
      retryable: true,
    },
  ),
  internal_error: kind(500, 'Something went wrong on our side.', { retryable: true, ambiguous: true }),
  order_not_recorded: kind(503, 'The order could not be recorded. Nothing was reserved; please try again.', {
    retryable: true,
    ambiguous: true,
  }),
  alerts_unknown: kind(503, 'The state of the alerts cannot be known right now.', { retryable: true }),
  backup_failed: kind(503, 'The vault did not store the backup; the snapshots go with the next call.', {
    ambiguous: true,
  }),
  temporarily_unavailable: kind(503, 'The service cannot answer right now. Please try again.', { retryable: true }),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorCatalogue;

/** One field of a request that is wrong: a path such as `items[0].quantity` and what is wrong with it. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** An error document, RFC 9457. `code` is stable; `type` is a URI reference that names it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly traceId?: string;
  readonly [extension: string]: unknown;
}

/** The problem document of a code, with `facts` such as `detail`, `errors` or `orderId` added. */
export function problemOf(code: ErrorCode, facts: Readonly<Record<string, unknown>> = {}): Problem {
  const { status, title } = errorCatalogue[code];
  return { type: `urn:valerix:error:${code}`, title, status, code, ...facts };
}
