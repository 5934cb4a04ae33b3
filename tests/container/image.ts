import { execFileSync } from 'node:child_process';
import { chmod, copyFile, cp, mkdir } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { contextFiles } from '../../scripts/deployment/docker-context.ts';
import { readStages, type Stage, type Step } from '../../scripts/deployment/dockerfile-steps.ts';

/** What a Dockerfile makes, as a folder in the place of an image. */
export interface BuiltImage {
  /** The root of its file system, as far as the Dockerfile filled it. */
  readonly root: string;
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly uid: number;
  readonly gid: number;
  readonly healthCheck: readonly string[];
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly stopSignal: string;
}

interface Built {
  readonly root: string;
  workingDirectory: string;
  readonly env: Record<string, string>;
  readonly last: Map<string, Step>;
}

/**
 * Does what a Dockerfile says, step by step and in its order, without Docker: each stage is a folder, COPY copies, RUN runs
 * by a shell in it. The base images cannot be had here: the machine's own system stands in for the first, with the Node
 * that runs us, and nothing but that Node for the last. Throws at a step it does not know.
 */
export async function buildImage(text: string, context: string, work: string): Promise<BuiltImage> {
  const built = new Map<string, Built>();
  let last: Built | undefined;
  for (const [index, stage] of readStages(text).entries()) {
    last = await buildStage(stage, join(work, String(index)), context, built);
    built.set(stage.name ?? String(index), last);
  }
  if (last === undefined) throw new Error('The Dockerfile has no stage.');
  const node = join(last.root, 'nodejs/bin/node');
  await mkdir(dirname(node), { recursive: true });
  await copyFile(process.execPath, node);
  // As in an image, everybody may look into the folders that hold it.
  for (const folder of [work, last.root]) await chmod(folder, 0o755);
  const words = (keyword: string) => last.last.get(keyword)?.words ?? [];
  const [uid = 0, gid = 0] = (words('USER')[0] ?? '').split(':').map(Number);
  return {
    root: last.root,
    workingDirectory: last.workingDirectory,
    env: last.env,
    uid,
    gid,
    healthCheck: words('HEALTHCHECK'),
    entryPoint: words('ENTRYPOINT'),
    command: words('CMD'),
    stopSignal: words('STOPSIGNAL')[0] ?? 'SIGTERM',
  };
}

async function buildStage(
  { steps }: Stage,
  root: string,
  context: string,
  earlier: ReadonlyMap<string, Built>,
): Promise<Built> {
  const stage: Built = { root, workingDirectory: '/', env: {}, last: new Map() };
  await mkdir(root, { recursive: true });
  for (const step of steps) {
    const startedAt = performance.now();
    await take(step, stage, context, earlier);
    const seconds = (performance.now() - startedAt) / 1_000;
    console.log(
      `  ${step.keyword} ${step.words.join(' ').slice(0, 70)}${seconds > 0.5 ? ` (${seconds.toFixed(1)} s)` : ''}`,
    );
  }
  return stage;
}

async function take(step: Step, stage: Built, context: string, earlier: ReadonlyMap<string, Built>): Promise<void> {
  const inside = (path: string) => join(stage.root, isAbsolute(path) ? path : resolve(stage.workingDirectory, path));
  stage.last.set(step.keyword, step);
  switch (step.keyword) {
    case 'WORKDIR':
      stage.workingDirectory = resolve(stage.workingDirectory, step.words[0] ?? '/');
      return void (await mkdir(inside('.'), { recursive: true }));
    case 'ENV':
      for (const word of step.words) {
        const [name = '', value = ''] = word.split(/=(.*)/s);
        stage.env[name] = value;
      }
      return;
    case 'COPY': {
      const [source = '', target = ''] = step.words;
      const from = step.flags.from === undefined ? undefined : earlier.get(step.flags.from);
      if (step.flags.from !== undefined && from === undefined) throw new Error(`There is no stage ${step.flags.from}.`);
      if (from !== undefined) return cp(join(from.root, source), inside(target), { recursive: true });
      if (source !== '.') throw new Error(`COPY ${source} is not understood here.`);
      for (const file of contextFiles(context)) {
        await mkdir(dirname(join(inside(target), file)), { recursive: true });
        await copyFile(join(context, file), join(inside(target), file));
      }
      return;
    }
    case 'RUN': {
      // How this machine reaches the registry is its own affair: proxies, certificates, caches.
      const PATH = `${dirname(process.execPath)}:${process.env.PATH ?? ''}`;
      const env = { ...process.env, PATH, ...stage.env };
      execFileSync('/bin/sh', ['-c', step.words[0] ?? ''], { cwd: inside('.'), env, stdio: 'inherit' });
      return;
    }
    case 'USER':
    case 'EXPOSE':
    case 'HEALTHCHECK':
    case 'STOPSIGNAL':
    case 'ENTRYPOINT':
    case 'CMD':
      return;
    default:
      throw new Error(`${step.keyword} is not understood here.`);
  }
}
