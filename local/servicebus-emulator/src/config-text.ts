/** Every fault of a configuration, each a full sentence. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.length === 1 ? (faults[0] ?? '') : `${faults.length} faults:\n- ${faults.join('\n- ')}`);
    this.faults = faults;
  }
}

const STRING_OR_COMMENT = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const STRING_OR_TRAILING_COMMA = /"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])/g;

/**
 * JSON with comments and trailing commas, as the official emulator reads it. They are blanked out rather than cut out,
 * so that a syntax error names the right line. Throws ConfigError.
 */
export function parseJsonWithComments(text: string): unknown {
  const withoutComments = text.replace(STRING_OR_COMMENT, (match) =>
    match.startsWith('"') ? match : match.replace(/[^\n]/g, ' '),
  );
  const plain = withoutComments.replace(STRING_OR_TRAILING_COMMA, (match) => (match === ',' ? ' ' : match));
  try {
    return JSON.parse(plain.replace(/^\uFEFF/, ' '));
  } catch (error) {
    throw new ConfigError([`The configuration is not valid JSON: ${error instanceof Error ? error.message : error}.`]);
  }
}
