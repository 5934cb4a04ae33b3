import { validate } from 'dockerfile-utils';
import { readStages, type Stage, type Step } from './dockerfile-steps.ts';

const FULL_DIGEST = /@sha256:[0-9a-f]{64}$/;
const TAG = /:([\w.-]+)(?:@|$)/;
const SECRET_NAME = /(?:password|secret|token|apikey|accesskey|connectionstring)/i;

export interface DockerfileRules {
  /** Whether what comes of it is deployed: then it names its user, health check and signal, and its bases by digest. */
  readonly isDeployed: boolean;
}

/** What the linter of the Docker language server has against a Dockerfile, and the rules of hadolint that matter here. */
export function dockerfileFaults(text: string, { isDeployed }: DockerfileRules): string[] {
  const linted = validate(text).map(({ message, range }) => `line ${range.start.line + 1}: ${message}`);
  const stages = readStages(text);
  const named = new Set(stages.map(({ name }) => name));
  const bases = stages.filter(({ image }) => !named.has(image));
  const faults = [...linted, ...bases.flatMap((stage) => baseFaults(stage, isDeployed))];
  for (const step of stages.flatMap(({ steps }) => steps)) faults.push(...stepFaults(step));
  const last = stages.at(-1);
  if (isDeployed && last !== undefined) faults.push(...deployedFaults(last));
  return faults;
}

function baseFaults({ image }: Stage, isDeployed: boolean): string[] {
  const tag = TAG.exec(image.slice(image.lastIndexOf('/') + 1))?.[1];
  if (tag === undefined || tag === 'latest') return [`${image} is not pinned to a tag.`];
  return isDeployed && !FULL_DIGEST.test(image) ? [`${image} is not pinned to a digest.`] : [];
}

function stepFaults({ keyword, words, line, isExec }: Step): string[] {
  const text = words.join(' ');
  const faults: string[] = [];
  if (keyword === 'ADD') faults.push('ADD fetches and unpacks; use COPY.');
  if (keyword === 'MAINTAINER') faults.push('MAINTAINER is deprecated.');
  if (keyword === 'WORKDIR' && !text.startsWith('/')) faults.push('WORKDIR is not absolute.');
  if ((keyword === 'CMD' || keyword === 'ENTRYPOINT') && !isExec)
    faults.push(`${keyword} runs in a shell, which keeps the signals.`);
  if (keyword === 'RUN' && /\bsudo\b/.test(text)) faults.push('sudo in a build.');
  if (keyword === 'RUN' && /\b(?:curl|wget)\b.*\|\s*(?:ba)?sh\b/.test(text))
    faults.push('What was downloaded is run unseen.');
  if (keyword === 'RUN' && /\bnpm (?:i|install)\b/.test(text))
    faults.push('npm install does not keep to the lockfile; use npm ci.');
  if ((keyword === 'ENV' || keyword === 'ARG') && words.some((word) => SECRET_NAME.test(word.split('=')[0] ?? ''))) {
    faults.push('A secret in the image stays in it.');
  }
  return faults.map((fault) => `line ${line}: ${fault}`);
}

function deployedFaults({ steps }: Stage): string[] {
  const named = (keyword: string) => steps.filter((step) => step.keyword === keyword);
  const faults: string[] = [];
  const user = named('USER').at(-1)?.words[0];
  if (user === undefined) faults.push('No USER: it would run as the base image likes.');
  else if (!/^[1-9]\d*(?::[1-9]\d*)?$/.test(user))
    faults.push(`USER ${user} is not a number above 0, which proves that it is not root.`);
  for (const keyword of ['CMD', 'HEALTHCHECK', 'STOPSIGNAL']) {
    if (named(keyword).length !== 1) faults.push(`${keyword} is there ${named(keyword).length} times, not once.`);
  }
  if (named('RUN').length > 0) faults.push('RUN in the last stage: what is deployed is only copied.');
  if (named('COPY').some(({ flags }) => flags.from === undefined))
    faults.push('The last stage copies out of the repository.');
  return faults;
}
