// The theme that the visitor chose, if any; else the stylesheet follows the system.
try {
  const theme = localStorage.getItem('valerix.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: follow the system.
}
