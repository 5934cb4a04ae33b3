import { existsSync, readFileSync } from 'node:fs';
import { StartupError } from '../startup-error.ts';

/** Reads a JSON file; undefined when there is none. Comments are allowed as in host.json and local.settings.json. */
export function readJsonFile(file: string): unknown {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  try {
    return JSON.parse(stripComments(text));
  } catch (cause) {
    throw new StartupError(`${file} is not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    });
  }
}

/** Removes line and block comments outside strings. */
function stripComments(text: string): string {
  return text.replace(
    /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_match, string: string | undefined) => string ?? '',
  );
}
