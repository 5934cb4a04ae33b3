import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeSiteServer } from '../../local/static-site/src/site-server.ts';
import { copySite, fillSite } from './fill-site.ts';

const places = {
  orderUrl: 'https://func-order.azurewebsites.net',
  inventoryUrl: 'https://func-inventory.azurewebsites.net',
  webPubSubHost: 'wps-shop.webpubsub.azure.com',
};
const siteRules = (folder: string) => join(import.meta.dirname, '../..', folder, 'public/staticwebapp.config.json');

async function builtSite(folder: string) {
  const directory = await mkdtemp(join(tmpdir(), 'valerix-site-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const built = join(directory, 'dist');
  await mkdir(built);
  await writeFile(join(built, 'index.html'), '<!doctype html><title>Shop</title>');
  await writeFile(join(built, 'staticwebapp.config.json'), await readFile(siteRules(folder)));
  return { built, deployed: join(directory, 'dist.azure') };
}

test.each(['web', 'dashboard'])(
  'the deployed copy of %s, served, sends pages to the services and nowhere else',
  async (folder) => {
    const { built, deployed } = await builtSite(folder);
    await copySite(built, deployed);
    await fillSite(deployed, places);

    expect(JSON.parse(await readFile(join(deployed, 'config.json'), 'utf8'))).toEqual({
      orderUrl: places.orderUrl,
      inventoryUrl: places.inventoryUrl,
    });
    const server = await makeSiteServer({ directory: deployed, config: {}, connectSrc: 'https://must-not-be-needed' });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    const page = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/orders/1`);
    expect(await page.text()).toContain('<title>Shop</title>');
    expect(page.headers.get('content-security-policy')).toContain(
      `connect-src 'self' ${places.orderUrl} ${places.inventoryUrl} wss://${places.webPubSubHost};`,
    );
  },
);

test('the build itself stays as it was, and another deployment gets other places', async () => {
  const { built, deployed } = await builtSite('web');
  for (const webPubSubHost of ['one.example', 'two.example']) {
    await copySite(built, deployed);
    await fillSite(deployed, { ...places, webPubSubHost });
  }
  expect(await readFile(join(built, 'staticwebapp.config.json'), 'utf8')).toContain('{{connect-src}}');
  expect(await readdir(built)).not.toContain('config.json');
  const rules = await readFile(join(deployed, 'staticwebapp.config.json'), 'utf8');
  expect(rules).toContain('wss://two.example');
  expect(rules).not.toContain('wss://one.example');
});

test('a site that asks for no places is refused, as its pages could connect nowhere', async () => {
  const { built, deployed } = await builtSite('web');
  await writeFile(join(built, 'staticwebapp.config.json'), '{}');
  await copySite(built, deployed);
  await expect(fillSite(deployed, places)).rejects.toThrow('{{connect-src}}');
});
