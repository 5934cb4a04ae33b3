import { readFile } from 'node:fs/promises';
import type { Endpoints } from '../../local/endpoints.ts';
import { homeAt } from '../../local/home.ts';
import { request } from './shop.ts';
import { until } from './until.ts';

/** The Inventory app reads no messages while `work` runs; `home` is the system's data directory. */
export async function whileNotReading(home: string, endpoints: Endpoints, work: () => Promise<void>): Promise<void> {
  const { masterKey } = JSON.parse(await readFile(homeAt(home).functionKeys, 'utf8')) as { masterKey: string };
  const admin = (action: string, method = 'POST') =>
    request(`${endpoints.inventory}/admin/host/${action}`, { method, headers: { 'x-functions-key': masterKey } });
  await admin('drain');
  await until('the listeners to stop', async () => (await admin('drain/status', 'GET')).body.state === 'Completed');
  try {
    await work();
  } finally {
    await admin('resume');
  }
}
