import type { z } from 'zod';
import { StartupError } from '../startup-error.ts';

/** Turns every fault zod found into one StartupError, a sentence per fault. */
export function explainFaults(source: string, error: z.ZodError): StartupError {
  const sentences = error.issues.map((issue) => {
    const where = issue.path.length === 0 ? 'its content' : `"${issue.path.join('.')}"`;
    return `${source}: ${where} is not valid: ${issue.message}.`;
  });
  return new StartupError(sentences.join('\n'));
}
