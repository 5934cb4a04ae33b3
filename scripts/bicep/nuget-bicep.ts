import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The compiler that the templates were written with, for machines that have .NET and no compiler of their own. */
const VERSION = '0.49.2';
const cache = fileURLToPath(new URL('../../node_modules/.cache/bicep/', import.meta.url));
const systems: Readonly<Partial<Record<NodeJS.Platform, string>>> = { linux: 'linux', darwin: 'osx', win32: 'win' };

/** Brings the compiler from NuGet, once, by the .NET SDK; undefined where there is no SDK or no package. */
export function bringFromNuget(): string | undefined {
  const system = systems[process.platform];
  if (system === undefined) return undefined;
  const name = `Azure.Bicep.CommandLine.${system}-${process.arch}`;
  const file = process.platform === 'win32' ? 'bicep.exe' : 'bicep';
  const compiler = join(cache, 'packages', name.toLowerCase(), VERSION, 'tools', file);
  if (existsSync(compiler)) return compiler;

  mkdirSync(cache, { recursive: true });
  const project = join(cache, 'bicep.proj');
  writeFileSync(
    project,
    `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageDownload Include="${name}" Version="[${VERSION}]" /></ItemGroup>
</Project>
`,
  );
  spawnSync('dotnet', ['restore', project, '--packages', join(cache, 'packages')], { stdio: 'ignore' });
  if (!existsSync(compiler)) return undefined;
  chmodSync(compiler, 0o755);
  return compiler;
}
