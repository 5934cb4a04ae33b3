import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A Chromium that can be started, and what it needs in its environment. */
export interface Chromium {
  readonly executable: string;
  readonly env: Readonly<Record<string, string>>;
}

const namesOnPath = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'microsoft-edge-stable'];

const usualPlaces: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((variable) => {
    const folder = process.env[variable];
    if (folder === undefined) return [];
    return [
      join(folder, 'Google/Chrome/Application/chrome.exe'),
      join(folder, 'Microsoft/Edge/Application/msedge.exe'),
    ];
  }),
};

/** An installed Chrome or Chromium where there is one, else the one that the package @sparticuz/chromium carries. */
export async function findChromium(): Promise<Chromium> {
  const installed = installedChromium();
  if (installed !== undefined) return { executable: installed, env: {} };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('The browser tests need an installed Chrome, Chromium or Edge on this machine: none was found.');
  }
  return packagedChromium();
}

function installedChromium(): string | undefined {
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => namesOnPath.map((name) => join(folder, name)));
  return [...onPath, ...(usualPlaces[process.platform] ?? [])].find((file) => existsSync(file));
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The package unpacks into the temporary directory and takes a file that is there for a finished one, so that of two
 * processes the second would start half a browser. Here it is unpacked aside, once, and moved into place whole.
 */
async function packagedChromium(): Promise<Chromium> {
  // Its package.json is not among what the package exports.
  const home = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..');
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { version: string };
  const place = join(root, 'node_modules/.cache/valerix-chromium', version);
  if (!existsSync(place)) await unpackInto(place, join(home, 'bin'));
  return {
    executable: join(place, 'chromium'),
    env: {
      FONTCONFIG_FILE: join(place, 'valerix-fonts.conf'),
      // NSS and what it needs, which a bare Linux does not have.
      LD_LIBRARY_PATH: join(place, 'al2023/lib'),
    },
  };
}

async function unpackInto(place: string, archives: string): Promise<void> {
  const aside = `${place}.${process.pid}`;
  await mkdir(aside, { recursive: true });
  const { inflate } = await import('@sparticuz/chromium');
  // The package asks for the temporary directory anew with every file.
  const before = process.env.TMPDIR;
  process.env.TMPDIR = aside;
  try {
    const names = ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br'];
    await Promise.all(names.map((name) => inflate(join(archives, name))));
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  await writeFile(join(aside, 'valerix-fonts.conf'), fontsConfig(place));
  // Of two processes that unpack at the same time the later one finds the place taken by the same files.
  await rename(aside, place).catch(() => rm(aside, { recursive: true, force: true }));
}

/** Prefers the package's Open Sans, so that text has the same width, and screenshots the same look, everywhere. */
const fontsConfig = (place: string) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>${join(place, 'fonts/fonts')}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(place, 'fonts-cache')}</cachedir>
${['system-ui', 'sans-serif'].map((family) => `  <alias binding="strong"><family>${family}</family><prefer><family>Open Sans</family></prefer></alias>`).join('\n')}
</fontconfig>
`;
