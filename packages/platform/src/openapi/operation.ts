import type { ErrorCode } from '@valerix/contracts/errors';
import type { z } from 'zod';

/** One answer of an operation that is no error. */
export interface DescribedAnswer {
  readonly description: string;
  /** Of the body; without one there is none. */
  readonly schema?: z.ZodType;
  readonly example?: unknown;
  /** Default: `application/json`. */
  readonly mediaType?: string;
  /** Headers beside the usual ones, each with what it says. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a reader cannot know from how an endpoint is registered. */
export interface DescribedOperation {
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: { readonly schema: z.ZodType; readonly examples: Readonly<Record<string, unknown>> };
  readonly answers: Readonly<Record<number, DescribedAnswer>>;
  /** Errors of its own; those that its key, its body and any failure bring are added. */
  readonly errors?: readonly ErrorCode[];
}

/** The description of one service's HTTP interface, by the names of its endpoints. */
export interface DescribedApi {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly operations: Readonly<Record<string, DescribedOperation>>;
  /** Schemas of answers that deserve a name. */
  readonly schemas: Readonly<Record<string, z.ZodType>>;
}
