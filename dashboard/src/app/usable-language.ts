/**
 * A browser that was started without a language of its own (`LANG=C`) may name one that Intl refuses, such as
 * `en-US@posix`. The charts' library formats numbers in it while it is being loaded, so the whole page would stay blank.
 * Imported before everything else.
 */
function isUsable(language: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(language) !== undefined;
  } catch {
    return false;
  }
}

if (!isUsable(navigator.language)) Object.defineProperty(navigator, 'language', { value: 'en-US' });
