import './app/usable-language.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { App } from './app/app.tsx';
import { BrokenStart } from './app/broken-start.tsx';
import { readConfig } from './app/read-config.ts';
import { openDesk } from './session/desk.ts';
import './app/tokens.css';
import './app/base.css';

// The content security policy refuses code made from strings, and zod would try.
z.config({ jitless: true });

const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no element with the id root.');
const root = createRoot(place);

async function start(): Promise<void> {
  const outcome = await readConfig();
  if (outcome.kind === 'failed') return root.render(<BrokenStart message={outcome.message} onRetry={start} />);
  root.render(
    <StrictMode>
      <App desk={openDesk(outcome.config)} />
    </StrictMode>,
  );
}

await start();
