import { z } from 'zod';
import { schemaFaults } from './schemas.ts';

const rules = z.object({
  navigationFallback: z.object({ rewrite: z.string(), exclude: z.array(z.string()).default([]) }).optional(),
  globalHeaders: z.record(z.string(), z.string()).default({}),
});

/** Headers that every answer of a site must carry, with what they must say. */
const HEADERS: Readonly<Record<string, RegExp>> = {
  'x-content-type-options': /^nosniff$/,
  'referrer-policy': /^(?:no-referrer|same-origin|strict-origin(?:-when-cross-origin)?)$/,
  'permissions-policy': /camera=\(\).*microphone=\(\).*geolocation=\(\)/,
};

/** Directives of the content-security-policy, with the only sources each may name. */
const DIRECTIVES: Readonly<Record<string, readonly string[]>> = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'manifest-src': ["'self'"],
  'connect-src': ["'self'", '{{connect-src}}'],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};
const REQUIRED = [
  'default-src',
  'script-src',
  'style-src',
  'connect-src',
  'base-uri',
  'form-action',
  'frame-ancestors',
];

/** What is wrong with the staticwebapp.config.json of a site. */
export function siteRuleFaults(text: string): string[] {
  const value: unknown = JSON.parse(text);
  const faults = schemaFaults('staticwebapp.config.json', value);
  const { navigationFallback, globalHeaders } = rules.parse(value);
  if (navigationFallback?.rewrite !== '/index.html')
    faults.push('An address of the app, opened directly, finds no page.');
  for (const path of ['/assets/*', '/config.json']) {
    if (!navigationFallback?.exclude.includes(path))
      faults.push(`${path} would answer with the page when it is missing.`);
  }
  for (const [name, wanted] of Object.entries(HEADERS)) {
    if (!wanted.test(globalHeaders[name] ?? '')) faults.push(`The header ${name} is missing or too weak.`);
  }
  return [...faults, ...policyFaults(globalHeaders['content-security-policy'] ?? '')];
}

function policyFaults(policy: string): string[] {
  const directives = new Map(
    policy
      .split(';')
      .map((directive) => directive.trim().split(/\s+/))
      .map(([name = '', ...sources]) => [name, sources] as const),
  );
  const missing = REQUIRED.filter((name) => !directives.has(name)).map(
    (name) => `The content-security-policy has no ${name}.`,
  );
  const wide = [...directives].flatMap(([name, sources]) => {
    const allowed = DIRECTIVES[name] ?? [];
    return sources
      .filter((source) => !allowed.includes(source))
      .map((source) => `The content-security-policy lets ${source} into ${name}.`);
  });
  return [...missing, ...wide];
}
