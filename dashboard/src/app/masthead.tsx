import { ChannelMark } from '../live/channel-mark.tsx';

export function Masthead({ onSignOut }: { readonly onSignOut: () => void }) {
  return (
    <header className="masthead">
      <p className="wordmark">
        <svg viewBox="0 0 28 16" aria-hidden="true" focusable="false">
          <path d="M1 9h5l3-7 6 13 3.5-6H27" />
        </svg>
        Valerix
      </p>
      <h1>Operations</h1>
      <ChannelMark />
      <button type="button" className="quiet" onClick={onSignOut}>
        Sign out
      </button>
    </header>
  );
}
