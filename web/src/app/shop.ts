import type { SiteConfig } from '@valerix/contracts/site-config';
import { createContext, useContext } from 'react';
import { type Cart, cartSchema, emptyCart } from '../cart/cart.ts';
import { makeProductWatch, type ProductWatch } from '../catalogue/watch-products.ts';
import { purchaseSchema } from '../checkout/purchase.ts';
import { makePurchasing, type Purchasing } from '../checkout/purchasing.ts';
import { type MyOrder, myOrdersSchema, noOrders, noteOrder } from '../my-orders/my-orders.ts';
import type { Seen } from '../my-orders/watch-orders.ts';
import { pageAttention } from './repeat.ts';
import { makeShopApi, type ShopApi } from './shop-api.ts';
import { makeStore, type Store } from './store.ts';
import { browserShelf, makeStored } from './stored.ts';

/** All that the pages share. */
export interface Shop {
  readonly api: ShopApi;
  readonly products: ProductWatch;
  readonly cart: Store<Cart>;
  readonly purchasing: Purchasing;
  readonly myOrders: Store<readonly MyOrder[]>;
  readonly seenOrders: Store<ReadonlyMap<string, Seen>>;
  /** What a screen reader is to say next. */
  readonly announcement: Store<string>;
}

export function openShop(config: SiteConfig): Shop {
  const shelf = browserShelf();
  const api = makeShopApi(config);
  const cart = makeStored<Cart>(shelf, 'valerix.cart', cartSchema, emptyCart);
  const myOrders = makeStored<readonly MyOrder[]>(shelf, 'valerix.orders', myOrdersSchema, noOrders);
  const purchasing = makePurchasing({
    api,
    cart,
    open: makeStored(shelf, 'valerix.purchase', purchaseSchema.nullable(), null),
    intended: makeStored(shelf, 'valerix.intended', purchaseSchema.nullable(), null),
    newKey: () => crypto.randomUUID(),
    now: Date.now,
    ordered: (orderId) => noteOrder(myOrders, orderId, Date.now()),
  });
  return {
    api,
    products: makeProductWatch(api, pageAttention),
    cart,
    purchasing,
    myOrders,
    seenOrders: makeStore<ReadonlyMap<string, Seen>>(new Map()),
    announcement: makeStore(''),
  };
}

const ShopContext = createContext<Shop | null>(null);
export const ShopProvider = ShopContext.Provider;

export function useShop(): Shop {
  const shop = useContext(ShopContext);
  if (shop === null) throw new Error('There is no shop around this component.');
  return shop;
}
