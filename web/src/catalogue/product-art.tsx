import type { ComponentType } from 'react';
import { DecafBeans, Descaler, EspressoBeans, FilterBeans, PaperFilters } from './art/bags.tsx';
import { CoffeeScale, ElectricGrinder, GooseneckKettle, HandGrinder } from './art/machines.tsx';
import { Tiles } from './art/tiles.tsx';
import { CappuccinoCups, MilkPitcher, PourOverSet } from './art/vessels.tsx';
import './product-art.css';

type Tone = 'sage' | 'butter' | 'sky' | 'clay';

const drawings = new Map<string, { readonly Drawing: ComponentType; readonly tone: Tone }>([
  ['espresso-beans-1kg', { Drawing: EspressoBeans, tone: 'butter' }],
  ['filter-beans-500g', { Drawing: FilterBeans, tone: 'butter' }],
  ['decaf-beans-500g', { Drawing: DecafBeans, tone: 'butter' }],
  ['paper-filters-100', { Drawing: PaperFilters, tone: 'sage' }],
  ['pour-over-set', { Drawing: PourOverSet, tone: 'sage' }],
  ['hand-grinder', { Drawing: HandGrinder, tone: 'sage' }],
  ['electric-grinder', { Drawing: ElectricGrinder, tone: 'sage' }],
  ['gooseneck-kettle', { Drawing: GooseneckKettle, tone: 'sage' }],
  ['coffee-scale', { Drawing: CoffeeScale, tone: 'sage' }],
  ['milk-pitcher-350ml', { Drawing: MilkPitcher, tone: 'sky' }],
  ['cappuccino-cups-6', { Drawing: CappuccinoCups, tone: 'sky' }],
  ['descaler-500ml', { Drawing: Descaler, tone: 'sky' }],
]);

/** The picture of a product; it says nothing that the name beside it does not say. */
export function ProductArt({ productId }: { productId: string }) {
  const drawn = drawings.get(productId);
  return (
    <svg className={`art art-${drawn?.tone ?? 'clay'}`} viewBox="0 0 200 140" aria-hidden="true">
      {drawn === undefined ? <Tiles seed={productId} /> : <drawn.Drawing />}
    </svg>
  );
}
