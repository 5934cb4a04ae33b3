import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const DESK = { width: 1280, height: 720 };
const PHONE = { width: 320, height: 640 };

/** In the order in which a page is looked at; as in the first it is left. */
const LOOKS = [
  ['in light', 'light', DESK],
  ['in dark', 'dark', DESK],
  ['on a phone', 'light', PHONE],
] as const;

/** Half faded in, text has too little contrast; what breathes for ever is not waited for. */
const settledAnimations = `Promise.allSettled(
  document.getAnimations()
    .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity)
    .map(({ finished }) => finished),
)`;

/** Whether something sticks out to the right, so that the page would have to be moved sideways. */
const tooWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';

/**
 * What axe finds wrong with the page as it is now in each of its looks, and where it is wider than its window: one
 * sentence for each, which begins with `state`, the tester's name for what the page shows; nothing, if all is well.
 */
export async function accessibilityFaults(page: Page, state: string): Promise<string[]> {
  const faults: string[] = [];
  for (const [look, colorScheme, viewport] of LOOKS) {
    await wear(page, colorScheme, viewport);
    if (await page.evaluate(tooWide)) faults.push(`${state} ${look}: is wider than the window`);
    // Evaluated and not added as a script, which the page's Content-Security-Policy would refuse.
    if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source);
    const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
    for (const { id, help, nodes } of violations) {
      faults.push(...nodes.map(({ target }) => `${state} ${look}: ${id}: ${help} (${target.join(' ')})`));
    }
  }
  const [, colorScheme, viewport] = LOOKS[0];
  await wear(page, colorScheme, viewport);
  return faults;
}

async function wear(page: Page, colorScheme: 'light' | 'dark', viewport: { width: number; height: number }) {
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme });
  await page.evaluate(settledAnimations);
}
