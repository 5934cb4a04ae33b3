/** For `catch`: passes over an answer of 403, and throws everything else. */
export function unlessForbidden(error: unknown): void {
  if ((error as { statusCode?: unknown } | null)?.statusCode !== 403) throw error;
}
