import { useSyncExternalStore } from 'react';

export type ColourScheme = 'dark' | 'light';

const dark = window.matchMedia('(prefers-color-scheme: dark)');

function subscribe(listener: () => void): () => void {
  dark.addEventListener('change', listener);
  return () => dark.removeEventListener('change', listener);
}

/** Changes when the colours do, so that what is painted on a canvas is painted anew. */
export const useColourScheme = (): ColourScheme =>
  useSyncExternalStore(subscribe, () => (dark.matches ? 'dark' : 'light'));

/** Tokens that the charts use, as tokens.css defines them. */
export type ColourToken = '--ink' | '--ink-2' | '--ink-3' | '--line' | '--bad' | '--series-2' | '--bad-wash';

const probe = document.createElement('span');

/** The colour of a token as a canvas understands it, which knows neither custom properties nor `light-dark()`. */
export function colourOf(token: ColourToken, scheme: ColourScheme): string {
  probe.style.colorScheme = scheme;
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
