import type { ReactNode } from 'react';

interface PanelProps {
  readonly id: string;
  readonly title: string;
  /** Facts beside the title. */
  readonly meta?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Panel({ id, title, meta, actions, children }: PanelProps) {
  return (
    <section className={`panel panel-${id}`} aria-labelledby={`${id}-title`}>
      <header className="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {meta !== undefined && <div className="panel-meta">{meta}</div>}
        {actions !== undefined && <div className="panel-actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

/** Says that something is read, failed or is empty, in the place where it will be. */
export function Placeholder({ children }: { readonly children: ReactNode }) {
  return <p className="placeholder">{children}</p>;
}

/** What is shown is older than it should be, and why. */
export function StaleNote({ error }: { readonly error: string | undefined }) {
  return error === undefined ? null : (
    <p className="stale" role="status">
      Not fresh: {error}
    </p>
  );
}
