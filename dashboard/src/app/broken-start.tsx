interface BrokenStartProps {
  readonly message: string;
  readonly onRetry: () => void;
}

/** The site does not know where the services are: nothing else can work. */
export function BrokenStart({ message, onRetry }: BrokenStartProps) {
  return (
    <main className="broken-start" role="alert">
      <h1>The dashboard cannot start</h1>
      <p>{message}</p>
      <p>Whoever serves this site has to write that file; see docs/dashboard.md.</p>
      <button type="button" className="primary" onClick={onRetry}>
        Try again
      </button>
    </main>
  );
}
