import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { findChromium } from './chromium.ts';

const failures = fileURLToPath(new URL('../../test-results/', import.meta.url));

/** Starts a browser; whoever starts it closes it. */
export async function launchBrowser(): Promise<Browser> {
  const { executable, env } = await findChromium();
  return chromium.launch({
    executablePath: executable,
    env: { ...process.env, ...env },
    args: ['--font-render-hinting=none', '--disable-lcd-text'],
  });
}

export interface BrowserFixture {
  /** A page of a visitor with a profile of their own: no storage, no cookies and no cache shared with anybody. */
  visit(options?: BrowserContextOptions): Promise<Page>;
}

/**
 * One browser for the test file that calls this at its top. After each test the visitors leave, and the test fails if a
 * page of theirs threw or broke its own Content-Security-Policy; of a failed test each page's picture is kept.
 */
export function useBrowser(): BrowserFixture {
  let browser: Browser | undefined;
  let visitors: BrowserContext[] = [];
  let complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(async ({ task }) => {
    const [leaving, heard] = [visitors, complaints];
    [visitors, complaints] = [[], []];
    if (task.result?.state === 'fail') await keepPictures(task.name, leaving);
    // An interception that is still at work must not fail the next test.
    const pages = leaving.flatMap((visitor) => visitor.pages());
    await Promise.all(pages.map((page) => page.unrouteAll({ behavior: 'ignoreErrors' })));
    await Promise.all(leaving.map((visitor) => visitor.close()));
    expect(heard, 'what the pages complained about').toEqual([]);
  });

  const listen = (page: Page) => {
    page.setDefaultTimeout(30_000);
    page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && isComplaint(message.text())) complaints.push(message.text());
    });
  };

  return {
    async visit(options = {}) {
      if (browser === undefined) throw new Error('The browser starts with the first test: visit from within one.');
      const visitor = await browser.newContext({ locale: 'en-GB', ...options });
      visitors.push(visitor);
      visitor.on('page', listen);
      return visitor.newPage();
    },
  };
}

/** Chromium also writes every refused or failed request to the console, which tests provoke on purpose. */
const isComplaint = (text: string) =>
  !text.startsWith('Failed to load resource') && !/^WebSocket connection/.test(text);

async function keepPictures(testName: string, visitors: readonly BrowserContext[]): Promise<void> {
  await mkdir(failures, { recursive: true });
  const name = testName.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 80);
  const pages = visitors.flatMap((visitor) => visitor.pages());
  await Promise.all(
    pages.map((page, index) => page.screenshot({ path: `${failures}${name}-${index}.png`, fullPage: true })),
  );
}
