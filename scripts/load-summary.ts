/** Turns the reports of a load test into a summary in Markdown, beside those of the last run if there are some. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { demoReport } from '../tests/demo/report.ts';
import { loadReport } from '../tests/load/report.ts';
import { type LoadResults, summarize } from './load/summary.ts';

const { values } = parseArgs({
  options: {
    results: { type: 'string', default: 'test-results' },
    last: { type: 'string', default: 'test-results/last' },
  },
});

function readReport<T>(file: string, schema: z.ZodType<T>): T | undefined {
  return existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}

const readResults = (directory: string): LoadResults => ({
  load: readReport(join(directory, 'load.json'), loadReport),
  demo: readReport(join(directory, 'report.json'), demoReport),
});

/** The last run may have been of an older program, whose reports say other things. */
function readLast(directory: string): LoadResults {
  try {
    return readResults(directory);
  } catch (error) {
    console.error('The last reports cannot be read, and nothing is compared with them:', error);
    return { load: undefined, demo: undefined };
  }
}

console.log(summarize(readResults(values.results), readLast(values.last)));
