import { type ErrorCode, errorCatalogue, type FieldError, type Problem, problemOf } from '@valerix/contracts/errors';
import type { z } from 'zod';

/** A request that cannot be served, as an error of the catalogue; `facts` go into the problem document. */
export class RequestError extends Error {
  override name = 'RequestError';
  readonly code: ErrorCode;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    facts: Readonly<Record<string, unknown>> = {},
    options: ErrorOptions & { retryAfterSeconds?: number } = {},
  ) {
    super(errorCatalogue[code].title, options);
    this.code = code;
    this.facts = facts;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  problem(): Problem {
    return problemOf(this.code, this.facts);
  }
}

/** The wrong fields of a request, each by its path as the client wrote it: `items[0].quantity`. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.reduce<string>(
      (sofar, part) =>
        typeof part === 'number' ? `${sofar}[${part}]` : sofar === '' ? String(part) : `${sofar}.${String(part)}`,
      '',
    );
    if (issue.code !== 'unrecognized_keys') return [{ field: path, message: issue.message }];
    return issue.keys.map((key) => ({ field: path === '' ? key : `${path}.${key}`, message: 'is not a known field' }));
  });
}

/** Throws the 400 that names every wrong field. */
export function rejectFields(error: z.ZodError): never {
  throw new RequestError('invalid_request', { errors: fieldErrors(error) }, { cause: error });
}

/** Reads `value` by `schema`; a value that does not fit is the client's error, field by field. */
export function parseRequest<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : rejectFields(parsed.error);
}
