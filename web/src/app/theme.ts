import { makeStore } from './store.ts';

export type Theme = 'system' | 'light' | 'dark';

/** The same key as in public/theme.js, which applies the choice before anything is drawn. */
const KEY = 'valerix.theme';

const chosen = document.documentElement.dataset.theme;
export const theme = makeStore<Theme>(chosen === 'light' || chosen === 'dark' ? chosen : 'system');

export function chooseTheme(next: Theme): void {
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    if (next === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // The choice then lasts as long as the page.
  }
  theme.set(next);
}
