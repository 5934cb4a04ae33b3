/**
 * Bundles each deployable part into its own dist/, with everything it needs at run time: the same folder runs in Azure,
 * under `func start` and under local/functions-host. Both sites are built by their own Vite. Names of folders as arguments
 * build only those.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Part {
  readonly folder: string;
  /** Programs that run from the same folder as `main.js`: the name of each, and its source. */
  readonly programs?: Readonly<Record<string, string>>;
  readonly migrations: readonly string[];
  /** Azure Functions apps get the one host configuration. */
  readonly functionApp: boolean;
}

const platformMigrations = 'packages/platform/src/platform-migrations';
const inventoryMigrations = 'packages/inventory/src/inventory-migrations';
const parts: readonly Part[] = [
  {
    folder: 'functions-order',
    migrations: [platformMigrations, 'functions-order/src/orders-migrations'],
    functionApp: true,
  },
  { folder: 'functions-inventory', migrations: [platformMigrations, inventoryMigrations], functionApp: true },
  {
    folder: 'grpc-inventory-host',
    // The one container image that is deployed: a job of the deployment runs it too.
    programs: { 'database-roles': 'packages/platform/src/database-roles/main.ts' },
    migrations: [platformMigrations, inventoryMigrations],
    functionApp: false,
  },
];

/** The sites, each with the name of the part that serves it. */
const sites = { web: 'storefront', dashboard: 'dashboard' };

/** Packages that read their own .proto files at run time, found from `__dirname`, which a bundle does not keep. */
const protoReaders = [
  { name: 'grpc-health-check', protos: 'node_modules/grpc-health-check/proto' },
  { name: '@grpc/reflection', protos: 'node_modules/@grpc/reflection/build/proto' },
];

/** CommonJS packages inside the bundle call `require` for Node's own modules, which an ES module does not have. */
const banner = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
  'const __distFolder = import.meta.dirname;',
].join('\n');

const keepProtoFiles = (dist: string): Plugin => ({
  name: 'keep-proto-files',
  setup({ onLoad }) {
    for (const { name, protos } of protoReaders) {
      const inPackage = new RegExp(`node_modules/${name}/build/src/.*\\.js$`);
      let copied: Promise<void> | undefined;
      onLoad({ filter: inPackage }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        if (!source.includes('__dirname')) return undefined;
        copied ??= cp(join(root, protos), join(dist, 'protos', name, 'proto'), { recursive: true });
        await copied;
        // Both packages go up two folders from the folder of the file that reads.
        const folder = `require('node:path').join(__distFolder, 'protos', '${name}', 'build', 'src')`;
        return { contents: source.replaceAll('__dirname', `(${folder})`) };
      });
    }
  },
});

/**
 * Azure's exporters ask a server of Microsoft's for remote settings, whatever the connection string says. Telemetry of
 * ours goes to the place that is configured, and nobody steers it from elsewhere: the worker that asks is left out.
 */
const takeNoRemoteSettings: Plugin = {
  name: 'take-no-remote-settings',
  setup({ onLoad }) {
    onLoad({ filter: /monitor-opentelemetry-exporter\/dist\/esm\/_configuration\/configurationWorker\.js$/ }, () => ({
      contents: 'export class ConfigurationWorker { shutdown() {} }',
    }));
  },
};

async function buildPart({ folder, programs = {}, migrations, functionApp }: Part): Promise<void> {
  const finished = join(root, folder, 'dist');
  // Built beside and then put in its place, so that whoever runs the old one never meets half of the new one.
  const dist = `${finished}.${process.pid}`;
  await mkdir(dist, { recursive: true });
  const sources = { main: `${folder}/src/main.ts`, ...programs };
  await build({
    entryPoints: Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, join(root, source)])),
    outdir: dist,
    bundle: true,
    // What is imported when it is needed, such as Azure's identity, is a file of its own: others do not read it at a start.
    splitting: true,
    chunkNames: '[name]-[hash]',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
    external: ['@azure/functions-core', 'pg-native'],
    banner: { js: banner },
    plugins: [keepProtoFiles(dist), takeNoRemoteSettings],
  });
  for (const source of migrations) {
    const name = source.slice(source.lastIndexOf('/') + 1);
    await cp(join(root, source), join(dist, name), { recursive: true });
  }
  if (functionApp) await cp(join(root, 'host.json'), join(dist, 'host.json'));
  const { name, version } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
  await writeFile(
    join(dist, 'package.json'),
    `${JSON.stringify({ name, version, private: true, type: 'module', main: 'main.js' }, null, 2)}\n`,
  );
  // What `npm run emulators` wrote for `func start` is no product of the build.
  const settings = 'local.settings.json';
  if (existsSync(join(finished, settings))) await cp(join(finished, settings), join(dist, settings));
  await putInPlace(dist, finished);
}

async function buildSite(folder: string): Promise<void> {
  const site = join(root, folder);
  const finished = join(site, 'dist');
  const dist = `${finished}.${process.pid}`;
  const vitePackage = createRequire(join(site, 'package.json')).resolve('vite/package.json');
  const vite = join(vitePackage, '..', 'bin', 'vite.js');
  const args = [vite, 'build', '--outDir', dist, '--emptyOutDir', '--logLevel', 'warn'];
  const child = spawn(process.execPath, args, { cwd: site, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) {
    await rm(dist, { recursive: true, force: true });
    throw new Error(`${folder} could not be built: vite ended with ${code}`);
  }
  await putInPlace(dist, finished);
}

async function putInPlace(dist: string, finished: string): Promise<void> {
  const previous = `${dist}.previous`;
  await rename(finished, previous).catch(() => undefined);
  await rename(dist, finished);
  await rm(previous, { recursive: true, force: true });
}

const wanted = process.argv.slice(2);
const isWanted = (folder: string) => wanted.length === 0 || wanted.includes(folder);
const sitesToBuild = Object.entries(sites).filter(([folder, part]) => {
  if (!isWanted(folder)) return false;
  const exists = existsSync(join(root, folder, 'vite.config.ts'));
  if (!exists) console.error(`${folder} has no vite.config.ts and is not built: npm start needs --without ${part}.`);
  return exists;
});
await Promise.all([
  ...parts.filter(({ folder }) => isWanted(folder)).map(buildPart),
  ...sitesToBuild.map(([folder]) => buildSite(folder)),
]);
