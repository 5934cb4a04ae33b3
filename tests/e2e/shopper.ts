import type { Page } from 'playwright-core';

/** What a shopper does in the storefront, by what they see. */
export interface Shopper {
  readonly page: Page;
  open(path?: string): Promise<void>;
  /** Goes by a link of the header. */
  goTo(name: 'Shop' | 'Orders' | 'Cart'): Promise<void>;
  /** On the page of the catalogue. */
  addToCart(name: string, times?: number): Promise<void>;
  /** From wherever they are to the page where the order is placed. */
  goToCheckout(): Promise<void>;
  placeOrder(): Promise<void>;
  /** Waits for a page or a state of one. */
  seeHeading(title: string): Promise<void>;
  seeText(text: string | RegExp): Promise<void>;
  /** The id of the order on whose page they are. */
  orderId(): string;
}

export function makeShopper(page: Page, storefront: string): Shopper {
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const shopper: Shopper = {
    page,
    async open(path = '/') {
      await page.goto(`${storefront}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
    goTo: (name) => page.getByRole('navigation').getByRole('link', { name }).click(),
    async addToCart(name, times = 1) {
      for (let added = 0; added < times; added += 1) await button(`Add to cart: ${name}`).click();
    },
    async goToCheckout() {
      await shopper.goTo('Cart');
      await page.getByRole('link', { name: 'Go to checkout' }).click();
      await shopper.seeHeading('Check and order');
    },
    async placeOrder() {
      await page.locator('button[aria-disabled="false"]', { hasText: 'Place order' }).click();
    },
    seeHeading: (title) => page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor(),
    seeText: (text) => page.getByText(text).first().waitFor(),
    orderId: () => page.url().split('/').at(-1) ?? '',
  };
  return shopper;
}
