import { setTimeout as sleep } from 'node:timers/promises';
import { acts } from './acts.ts';
import type { Shop, Shopper, Visit } from './shoppers.ts';
import type { Warehouse } from './warehouse.ts';

export interface Load {
  readonly shoppers: readonly Shopper[];
  readonly concurrency: number;
  readonly warehouse: Warehouse;
  readonly visit: Shop;
  readonly note: (line: string) => void;
}

/** Lets all shoppers in, act by act; whatever happens to one of them, the others go on. */
export async function receiveShoppers(load: Load): Promise<{ visit: Visit; act: string }[]> {
  const { shoppers, warehouse, note } = load;
  const visited: { visit: Visit; act: string }[] = [];
  for (const [index, act] of acts.entries()) {
    const part = shoppers.slice(
      Math.floor((shoppers.length * index) / acts.length),
      Math.floor((shoppers.length * (index + 1)) / acts.length),
    );
    await warehouse.begin(act);
    const visits = await receive(part, load);
    visited.push(...visits.map((visit) => ({ visit, act: act.name })));
    const failed = visits.filter(({ answer }) => answer === 'failed').length;
    const accepted = visits.filter(({ answer }) => answer === 'accepted').length;
    note(`${visited.length} of ${shoppers.length} came; ${act.name}: ${accepted} accepted for later, ${failed} failed`);
  }
  return visited;
}

async function receive(part: readonly Shopper[], { concurrency, visit }: Load): Promise<Visit[]> {
  const visits: Visit[] = [];
  const waiting = part.values();
  const counter = async () => {
    for (const shopper of waiting) {
      await sleep(shopper.comesAfterMs);
      visits.push(await visit(shopper));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, counter));
  return visits.toSorted((a, b) => a.shopper.number - b.shopper.number);
}
