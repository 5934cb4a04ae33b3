import { type SiteConfig, siteConfig } from '@valerix/contracts/site-config';
import { z } from 'zod';

export interface SmokePlaces extends SiteConfig {
  readonly storefrontUrl: string;
  readonly dashboardUrl: string;
}

export interface SmokeOptions {
  /** A system that was just deployed may be starting: how long it may take to become healthy. */
  readonly startMs: number;
  /** How long an order may take to be confirmed. */
  readonly orderMs: number;
  readonly say: (what: string) => void;
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

const ROUND_MS = 2_000;
const CALL_TIMEOUT_MS = 15_000;
const products = z.object({ products: z.array(z.object({ productId: z.string(), stock: z.number() })) });
const order = z.object({ orderId: z.string(), status: z.string() });

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Whether a system that runs somewhere does what it is for: both services are healthy, an order of one piece is confirmed,
 * and both sites serve their page and know the services. Throws at the first that does not hold.
 */
export async function smokeTest(places: SmokePlaces, options: SmokeOptions): Promise<void> {
  const { say, startMs, orderMs } = options;
  for (const [name, url] of [
    ['Order service', places.orderUrl] as const,
    ['Inventory service', places.inventoryUrl] as const,
  ]) {
    await within(
      `the ${name} to be healthy`,
      startMs,
      options,
      async () => (await call(`${url}/health`)).status === 200,
    );
    say(`the ${name} is healthy`);
  }
  await placeOrder(places, options, orderMs);
  for (const [name, url] of [
    ['storefront', places.storefrontUrl] as const,
    ['dashboard', places.dashboardUrl] as const,
  ]) {
    await checkSite(name, url, places, options);
  }
}

async function placeOrder(
  { orderUrl, inventoryUrl }: SmokePlaces,
  options: SmokeOptions,
  orderMs: number,
): Promise<void> {
  const stocked = products.parse(JSON.parse((await call(`${inventoryUrl}/api/products`)).text));
  const product = stocked.products.find(({ stock }) => stock > 0);
  if (product === undefined) throw new Error('No product has stock: there is nothing to order.');
  const placed = await call(`${orderUrl}/api/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customerId: 'smoke-test', productId: product.productId, quantity: 1 }),
  });
  if (placed.status !== 201 && placed.status !== 202)
    throw new Error(`An order was answered ${placed.status} ${placed.text}`);
  const { orderId } = order.parse(JSON.parse(placed.text));
  await within(`order ${orderId} to be confirmed`, orderMs, options, async () => {
    const { text } = await call(`${orderUrl}/api/orders/${orderId}`);
    return order.parse(JSON.parse(text)).status === 'confirmed';
  });
  options.say(`order ${orderId} of ${product.productId} is confirmed (answered ${placed.status})`);
  // The piece goes back to those who really want it.
  await call(`${orderUrl}/api/orders/${orderId}/cancel`, { method: 'POST' });
}

async function checkSite(name: string, url: string, places: SmokePlaces, options: SmokeOptions): Promise<void> {
  await within(`the ${name} to answer`, options.startMs, options, async () => (await call(url)).status === 200);
  const page = await call(`${url}/orders/some-order`);
  if (!page.text.includes('<div id="root"')) throw new Error(`The ${name} has no page for an address of the app.`);
  const policy = page.headers.get('content-security-policy') ?? '';
  for (const origin of [places.orderUrl, places.inventoryUrl]) {
    if (!policy.includes(origin)) throw new Error(`The ${name} may not connect to ${origin}: ${policy}`);
  }
  const config = siteConfig.parse(JSON.parse((await call(`${url}/config.json`)).text));
  if (config.orderUrl !== places.orderUrl || config.inventoryUrl !== places.inventoryUrl) {
    throw new Error(`The ${name} looks for the services at ${config.orderUrl} and ${config.inventoryUrl}.`);
  }
  const preflight = await call(`${places.orderUrl}/api/orders`, {
    method: 'OPTIONS',
    headers: {
      origin: new URL(url).origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });
  if (preflight.headers.get('access-control-allow-origin') !== new URL(url).origin) {
    throw new Error(`The Order service does not let pages of the ${name} call it (CORS).`);
  }
  options.say(`the ${name} serves its page, knows the services and may call them`);
}

async function call(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function within(
  what: string,
  timeoutMs: number,
  { now, pause }: SmokeOptions,
  isSo: () => Promise<boolean>,
): Promise<void> {
  const deadline = now() + timeoutMs;
  for (;;) {
    let problem = '';
    const holds = await isSo().catch((error: unknown) => {
      problem = `: ${error instanceof Error ? error.message : error}`;
      return false;
    });
    if (holds) return;
    if (now() > deadline) throw new Error(`Waited ${timeoutMs / 1_000} s in vain for ${what}${problem}.`);
    await pause(ROUND_MS);
  }
}
