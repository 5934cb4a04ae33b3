import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { limitScripts } from './script-size.ts';

/** What a shopper's browser may have to load before the shop works, all scripts together. */
const SCRIPTS_MAX_KB = 150;

export default defineConfig({
  plugins: [react(), limitScripts(SCRIPTS_MAX_KB)],
  build: {
    target: 'es2023',
    // The Content-Security-Policy allows no inline script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
