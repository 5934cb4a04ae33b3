import type { ComponentType } from 'react';
import { DecafBeans, Descaler, EspressoBeans, FilterBeans, PaperFilters } from './art/bags.tsx';
import { CoffeeScale, ElectricGrinder, GooseneckKettle, HandGrinder } from './art/machines.tsx';
import { Tiles } from './art/tiles.tsx';
import { CappuccinoCups, MilkPitcher, PourOverSet } from './art/vessels.tsx';
import { wallOf } from './shelves.ts';
import './product-art.css';

const drawings = new Map<string, ComponentType>([
  ['espresso-beans-1kg', EspressoBeans],
  ['filter-beans-500g', FilterBeans],
  ['decaf-beans-500g', DecafBeans],
  ['paper-filters-100', PaperFilters],
  ['pour-over-set', PourOverSet],
  ['hand-grinder', HandGrinder],
  ['electric-grinder', ElectricGrinder],
  ['gooseneck-kettle', GooseneckKettle],
  ['coffee-scale', CoffeeScale],
  ['milk-pitcher-350ml', MilkPitcher],
  ['cappuccino-cups-6', CappuccinoCups],
  ['descaler-500ml', Descaler],
]);

/** The picture of a product before its wall; it says nothing that the name beside it does not say. */
export function ProductArt({ productId }: { productId: string }) {
  const Drawing = drawings.get(productId);
  return (
    <svg className={`art art-${wallOf(productId)}`} viewBox="0 0 200 140" aria-hidden="true">
      <g>{Drawing === undefined ? <Tiles seed={productId} /> : <Drawing />}</g>
    </svg>
  );
}
