import { useStore } from './store.ts';
import { chooseTheme, type Theme, theme } from './theme.ts';

const order: readonly Theme[] = ['system', 'light', 'dark'];
const names: Readonly<Record<Theme, string>> = { system: 'as the system', light: 'light', dark: 'dark' };

export function ThemeToggle() {
  const current = useStore(theme);
  const next = order[(order.indexOf(current) + 1) % order.length] ?? 'system';
  return (
    <button
      type="button"
      className="theme-toggle"
      onClick={() => chooseTheme(next)}
      aria-label={`Colours: ${names[current]}. Change to: ${names[next]}`}
      title={`Colours: ${names[current]}`}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <circle className="theme-ring" cx="12" cy="12" r="8" />
        {current === 'system' && <path className="theme-fill" d="M12 4 A8 8 0 0 1 12 20 Z" />}
        {current === 'dark' && <circle className="theme-fill" cx="12" cy="12" r="8" />}
      </svg>
    </button>
  );
}
