import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fits } from './path-pattern.ts';

/** The name of the rules inside a built site, which is never served. */
export const RULES_FILE = 'staticwebapp.config.json';

const path = z.string().startsWith('/');
const headers = z.record(z.string(), z.string());

// Strict: what we would silently do otherwise than Azure Static Web Apps must not get as far as Azure.
// https://learn.microsoft.com/azure/static-web-apps/configuration
const schema = z.strictObject({
  $schema: z.string().optional(),
  routes: z.array(z.strictObject({ route: path, headers })).default([]),
  navigationFallback: z.strictObject({ rewrite: path, exclude: z.array(z.string()).default([]) }).optional(),
  globalHeaders: headers.default({}),
  mimeTypes: z.record(z.string().startsWith('.'), z.string()).default({}),
  responseOverrides: z.strictObject({ '404': z.strictObject({ rewrite: path }).optional() }).default({}),
});

/** How a site wants to be served. */
export interface SiteRules {
  /** The file that answers for a path without one of its own; undefined where that is a 404. */
  fallbackFor(path: string): string | undefined;
  /** The file shown with a 404. */
  readonly notFoundPage: string | undefined;
  /** Header names are in lower case. */
  headersFor(path: string): Readonly<Record<string, string>>;
  /** By file ending, such as `.webmanifest`. */
  readonly mimeTypes: Readonly<Record<string, string>>;
}

/** Reads the rules of a built site; `connectSrc` takes the place of `{{connect-src}}` in its headers. */
export async function readSiteRules(directory: string, connectSrc: string): Promise<SiteRules> {
  const file = join(directory, RULES_FILE);
  const parsed = schema.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (!parsed.success) {
    throw new Error(`${file} asks for what this server does not do:\n${z.prettifyError(parsed.error)}`);
  }
  const { routes, navigationFallback, globalHeaders, mimeTypes, responseOverrides } = parsed.data;
  const filled = (given: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        name.toLowerCase(),
        value.replaceAll('{{connect-src}}', () => connectSrc),
      ]),
    );
  const everywhere = filled(globalHeaders);
  return {
    fallbackFor(requested) {
      if (navigationFallback === undefined) return undefined;
      const excluded = navigationFallback.exclude.some((pattern) => fits(pattern, requested));
      return excluded ? undefined : navigationFallback.rewrite;
    },
    notFoundPage: responseOverrides['404']?.rewrite,
    // As on Azure, the first route that fits decides and wins over what holds everywhere.
    headersFor: (requested) => ({
      ...everywhere,
      ...filled(routes.find(({ route }) => fits(route, requested))?.headers ?? {}),
    }),
    mimeTypes,
  };
}
