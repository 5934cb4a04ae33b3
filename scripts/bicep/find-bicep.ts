import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { bringFromNuget } from './nuget-bicep.ts';

interface BicepRun {
  readonly succeeded: boolean;
  readonly output: string;
  /** Errors and warnings alike; empty when there is nothing to say. */
  readonly complaints: string;
}

export interface Bicep {
  readonly version: string;
  /** Where it was found, in words. */
  readonly from: string;
  run(args: readonly string[], env?: Readonly<Record<string, string>>): BicepRun;
}

/** A place where a compiler may be; asked only when the ones before it have none. */
export interface Candidate {
  readonly from: string;
  readonly command: () => string | undefined;
}

/** Older ones lack `snapshot`, by which the tests see what a deployment would make. */
const OLDEST = [0, 41] as const;
const TWO_HUNDRED_MB = 200 * 1024 * 1024;

const home = (variable: string, folder: string) => process.env[variable] ?? join(homedir(), folder);

/** In this order: what the user put on the PATH, what the Azure CLI and azd brought, and the package of NuGet. */
const candidates: readonly Candidate[] = [
  { from: 'the PATH', command: () => 'bicep' },
  { from: 'the Azure CLI', command: () => join(home('AZURE_CONFIG_DIR', '.azure'), 'bin', 'bicep') },
  { from: 'azd', command: () => join(home('AZD_CONFIG_DIR', '.azd'), 'bin', 'bicep') },
  { from: 'NuGet', command: bringFromNuget },
];

/** The first compiler that starts and is new enough. */
export function findBicep(places: readonly Candidate[] = candidates): Bicep | undefined {
  for (const { from, command } of places) {
    const found = command();
    if (found === undefined) continue;
    const [, version, major, minor] = /version ((\d+)\.(\d+)\S*)/.exec(run(found, ['--version']).output) ?? [];
    if (version === undefined) continue;
    const isOld = Number(major) === OLDEST[0] && Number(minor) < OLDEST[1];
    if (isOld) console.error(`Bicep ${version} from ${from} is too old: ${OLDEST.join('.')} or later is needed.`);
    else return { version, from, run: (args, env) => run(found, args, env) };
  }
  return undefined;
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): BicepRun {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: TWO_HUNDRED_MB,
    // The compiler needs no words of other languages, and a slim machine has no library for them.
    env: { ...process.env, ...env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' },
  });
  return {
    succeeded: status === 0,
    output: stdout ?? '',
    complaints: error === undefined ? stderr.trim() : error.message,
  };
}
