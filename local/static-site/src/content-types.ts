const TEXT = new Set(['text/html', 'text/css', 'text/javascript', 'text/plain', 'application/json', 'image/svg+xml']);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** The content type of a file ending, those of the site itself first. */
export function contentTypeOf(ending: string, ofTheSite: Readonly<Record<string, string>>): string {
  const type = ofTheSite[ending] ?? TYPES[ending] ?? 'application/octet-stream';
  return TEXT.has(type) ? `${type}; charset=utf-8` : type;
}

/** Images and fonts are compressed already. */
export const isWorthCompressing = (contentType: string): boolean => /^text\/|json|svg|wasm|x-icon/.test(contentType);
