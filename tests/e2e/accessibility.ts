import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds wrong with the page as it is now, one sentence for each element; nothing, if all is well. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Evaluated and not added as a script, which the page's Content-Security-Policy would refuse.
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`));
}
