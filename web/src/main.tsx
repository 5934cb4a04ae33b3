import { siteConfig } from '@valerix/contracts/site-config';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { call } from './app/call.ts';
import { openShop, ShopProvider } from './app/shop.ts';
import { Stopped } from './app/stopped.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';

const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no place for the shop.');

const start = async () => {
  const config = await call('/config.json', siteConfig);
  const root = createRoot(place, {
    onUncaughtError() {
      createRoot(place).render(<Stopped why="broken" />);
    },
  });
  if (config.kind !== 'answered') return root.render(<Stopped why="closed" />);
  root.render(
    <StrictMode>
      <ShopProvider value={openShop(config.body)}>
        <App />
      </ShopProvider>
    </StrictMode>,
  );
};

void start();
