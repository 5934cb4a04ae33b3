import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** Half faded in, text has too little contrast; what breathes for ever is not waited for. */
const settledAnimations = `Promise.allSettled(
  document.getAnimations()
    .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity)
    .map(({ finished }) => finished),
)`;

/** What axe finds wrong with the page as it is now, one sentence for each element; nothing, if all is well. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(settledAnimations);
  // Evaluated and not added as a script, which the page's Content-Security-Policy would refuse.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`));
}
