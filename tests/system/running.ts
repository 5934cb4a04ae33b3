import { inject } from 'vitest';
import { type Endpoints, readEndpoints } from '../../local/endpoints.ts';

/** Where the system runs that the integration tests share. */
export const runningSystem = (): Promise<Endpoints> => readEndpoints(inject('systemHome'));
