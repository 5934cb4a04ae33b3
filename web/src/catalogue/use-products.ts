import { useEffect } from 'react';
import { useShop } from '../app/shop.ts';
import { useStore } from '../app/store.ts';
import type { Catalogue } from './watch-products.ts';

/** The catalogue, kept current while the component is shown. */
export function useProducts(): Catalogue {
  const { products } = useShop();
  useEffect(() => products.watch(), [products]);
  return useStore(products.catalogue);
}

/** What the shop calls a product; its id while nobody has said. */
export function nameIn({ products }: Catalogue, productId: string): string {
  return products?.find((product) => product.productId === productId)?.name ?? productId;
}
