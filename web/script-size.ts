import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Prints what the scripts of the site come to, gzipped, and fails the build when that is more than `maxKb`. */
export function limitScripts(maxKb: number): Plugin {
  return {
    name: 'limit-scripts',
    apply: 'build',
    generateBundle(_options, bundle) {
      const sizes = Object.values(bundle).flatMap((file) =>
        file.type === 'chunk' ? [{ name: file.fileName, kb: gzipSync(file.code, { level: 9 }).length / 1000 }] : [],
      );
      const totalKb = sizes.reduce((sum, { kb }) => sum + kb, 0);
      const parts = sizes.map(({ name, kb }) => `${name} ${kb.toFixed(1)} kB`).join(', ');
      const said = `Scripts: ${totalKb.toFixed(1)} kB gzipped of at most ${maxKb} kB (${parts})`;
      if (totalKb > maxKb) this.error(said);
      // Not by Vite's own log, which `npm run build` keeps to warnings.
      console.log(said);
    },
  };
}
