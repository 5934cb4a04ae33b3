import type { Locator, Page } from 'playwright-core';
import type { Endpoints } from '../../local/endpoints.ts';

type PanelName =
  | 'Response time, requests, errors'
  | 'Orders'
  | 'What happened'
  | 'Dead letters'
  | 'Services'
  | 'Stock'
  | 'Faults on purpose'
  | 'Backups';

/** What an operator does at the dashboard, by what they see. */
export interface Operator {
  readonly page: Page;
  open(): Promise<void>;
  /** Enters a key; the right one unless another is given. */
  signIn(key?: string): Promise<void>;
  panel(name: PanelName): Locator;
  /** The great words at the top: well or not. */
  status(): Locator;
  /** The row of an order in the list. */
  orderRow(orderId: string): Locator;
  /** Presses the button that says yes in the question that is open. */
  confirm(action: string): Promise<void>;
}

export function makeOperator(page: Page, endpoints: Endpoints): Operator {
  return {
    page,
    async open() {
      await page.goto(endpoints.dashboard ?? '');
      await page.getByRole('heading', { level: 1, name: 'Operations' }).waitFor();
    },
    async signIn(key = endpoints.operatorKey) {
      await page.getByLabel('Operator key').fill(key);
      await page.getByRole('button', { name: 'Sign in' }).click();
    },
    panel: (name) => page.getByRole('region', { name, exact: true }),
    status: () => page.getByRole('heading', { level: 2 }).first(),
    orderRow: (orderId) => page.locator(`a[href="#order/${orderId}"]`),
    async confirm(action) {
      await page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
    },
  };
}
