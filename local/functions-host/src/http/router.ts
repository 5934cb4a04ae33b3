import type { HostedFunction, HttpTrigger } from '../app/hosted-function.ts';
import { StartupError } from '../startup-error.ts';
import { compileRouteTemplate, type RouteTemplate, type RouteValues } from './route-template.ts';

export type HttpFunction = HostedFunction<HttpTrigger>;

interface Route {
  readonly fn: HttpFunction;
  readonly template: RouteTemplate;
  /** Undefined: every method. */
  readonly methods: ReadonlySet<string> | undefined;
}

export interface Router {
  readonly routes: readonly Route[];
  find(method: string, rawPath: string): { route: Route; values: RouteValues } | undefined;
}

/**
 * Functions sorted by name, first match wins: in the real host a literal segment has no precedence over a parameter.
 * The method is a constraint of the route, so a wrong method is simply no match (404, never 405).
 */
export function makeRouter(functions: HttpFunction[], routePrefix: string): Router {
  const routes = functions
    .toSorted((a, b) => compareNames(a.name.toLowerCase(), b.name.toLowerCase()))
    .map((fn) => makeRoute(fn, routePrefix));
  return {
    routes,
    find(method, rawPath) {
      const path = decodePath(rawPath);
      for (const route of routes) {
        if (route.methods !== undefined && !route.methods.has(method)) continue;
        const values = route.template.match(path);
        if (values !== undefined) return { route, values };
      }
      return undefined;
    },
  };
}

const compareNames = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function makeRoute(fn: HttpFunction, routePrefix: string): Route {
  const path = fn.trigger.route || fn.name;
  const full = [routePrefix, path]
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter(Boolean)
    .join('/');
  try {
    const methods = fn.trigger.methods?.length ? new Set(fn.trigger.methods) : undefined;
    return { fn, template: compileRouteTemplate(full), methods };
  } catch (cause) {
    throw new StartupError(`Function ${fn.name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Kestrel decodes the path before routing, all but an encoded slash. */
function decodePath(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path.replace(/%2f/gi, '%252F'));
  } catch {
    return path;
  }
}
