import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readCommandLine } from './command-line.ts';

/** As much of Vite as is used here; the Vite is the site's own. */
interface Vite {
  createServer(options: object): Promise<DevServer>;
}

interface DevServer {
  readonly resolvedUrls: { readonly local: readonly string[]; readonly network: readonly string[] } | null;
  listen(): Promise<unknown>;
  close(): Promise<void>;
}

interface Answer {
  setHeader(name: string, value: string): void;
  end(body: string): void;
}

/** Runs Vite's development server in a site's folder, with the `/config.json` that whoever serves a site writes. */
try {
  const { site, host, port, config } = readCommandLine(process.argv.slice(2));
  const root = resolve(site);
  const resolved = createRequire(join(root, 'package.json')).resolve('vite');
  const { createServer } = (await import(pathToFileURL(resolved).href)) as Vite;
  const answerConfig = (_request: unknown, response: Answer) => {
    response.setHeader('content-type', 'application/json');
    response.setHeader('cache-control', 'no-store');
    response.end(JSON.stringify(config));
  };
  const server = await createServer({
    root,
    clearScreen: false,
    server: { host, port, strictPort: true },
    plugins: [
      {
        name: 'site-config',
        configureServer({ middlewares }: { middlewares: { use(path: string, handler: unknown): void } }): void {
          middlewares.use('/config.json', answerConfig);
        },
      },
    ],
  });
  await server.listen();
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void server.close().finally(() => process.exit(0)));
  // Vite names the address with a slash at its end.
  const [url = ''] = [...(server.resolvedUrls?.local ?? []), ...(server.resolvedUrls?.network ?? [])];
  console.log(`listening on ${url.replace(/\/$/, '')}`);
} catch (error) {
  console.error(`static-site: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
