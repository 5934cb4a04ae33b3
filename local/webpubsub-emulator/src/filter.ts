import { FilterError } from './filter-lexer.ts';
import { parseFilter } from './filter-parser.ts';
import { badRequest } from './rest-call.ts';

/** What a filter can ask of a connection. */
export interface FilterSubject {
  readonly id: string;
  readonly userId: string | undefined;
  readonly groups: ReadonlySet<string>;
  readonly protocol: string | undefined;
}

export type Filter = (subject: FilterSubject) => boolean;

/** The `filter` of a send; without one everybody matches. Throws RestError, so nothing is sent by a filter that is wrong. */
export function compileFilter(text: string | null): Filter {
  if (text === null || text === '') return () => true;
  try {
    return parseFilter(text);
  } catch (error) {
    if (error instanceof FilterError) throw badRequest(error.message);
    throw error;
  }
}
