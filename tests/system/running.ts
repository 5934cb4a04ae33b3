import { inject } from 'vitest';
import { type Endpoints, readEndpoints } from '../../local/endpoints.ts';

/** Where the system runs that the files of a project share; starts it for the first of them. */
export async function runningSystem(): Promise<Endpoints> {
  const answer = await fetch(inject('systemStarter'));
  if (!answer.ok) throw new Error(await answer.text());
  return readEndpoints(inject('systemHome'));
}
