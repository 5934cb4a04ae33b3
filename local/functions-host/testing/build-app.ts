import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

const FIXTURES = path.resolve(import.meta.dirname, '../fixtures');

export interface AppOptions {
  format?: 'esm' | 'cjs';
  hostJson?: object;
  packageJson?: object;
  localSettings?: object;
  /** Build into this directory instead of a new one. */
  directory?: string;
  /** Source text to bundle instead of a fixture. */
  source?: string;
}

/** The banner that lets bundled CommonJS (`@azure/functions`) use require in an ES module. */
const REQUIRE_BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** Bundles a fixture into a directory of its own, laid out as a deployed app is. */
export async function buildApp(fixture: string, options: AppOptions = {}): Promise<string> {
  const format = options.format ?? 'esm';
  const directory = options.directory ?? mkdtempSync(path.join(tmpdir(), 'functions-host-'));
  mkdirSync(directory, { recursive: true });
  await build({
    ...(options.source === undefined
      ? { entryPoints: [path.join(FIXTURES, `${fixture}.ts`)] }
      : { stdin: { contents: options.source, resolveDir: FIXTURES, sourcefile: `${fixture}.ts`, loader: 'ts' } }),
    outfile: path.join(directory, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node22',
    format,
    sourcemap: true,
    external: ['@azure/functions-core'],
    ...(format === 'esm' ? { banner: { js: REQUIRE_BANNER } } : {}),
    logLevel: 'error',
  });
  const write = (file: string, content: object) => writeFileSync(path.join(directory, file), JSON.stringify(content));
  write('package.json', {
    name: fixture,
    main: 'index.js',
    type: format === 'esm' ? 'module' : 'commonjs',
    ...options.packageJson,
  });
  write('host.json', options.hostJson ?? { version: '2.0' });
  if (options.localSettings !== undefined) write('local.settings.json', options.localSettings);
  return directory;
}

export function removeApp(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}
