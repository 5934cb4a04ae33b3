const words = {
  closed: { title: 'The shop is closed for a moment', text: 'It could not be reached. Please try again in a minute.' },
  broken: {
    title: 'This page broke, and it is our fault',
    text: 'Your cart and your orders are safe: both are kept in this browser.',
  },
} as const;

/** What is left to show when the shop itself cannot run. */
export function Stopped({ why }: { why: keyof typeof words }) {
  const { title, text } = words[why];
  return (
    <main className="page empty">
      <h1>{title}</h1>
      <p>{text}</p>
      <button type="button" className="button primary" onClick={() => window.location.reload()}>
        Load the shop again
      </button>
    </main>
  );
}
