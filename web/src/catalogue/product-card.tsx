import type { ProductView } from '@valerix/contracts/inventory-api';
import { limits } from '@valerix/contracts/order';
import { useShop } from '../app/shop.ts';
import { useStore } from '../app/store.ts';
import { countText, priceText } from '../app/words.ts';
import { isFull, quantityOf, withQuantity } from '../cart/cart.ts';
import { ProductArt } from './product-art.tsx';
import { StockLabel } from './stock-label.tsx';

export function ProductCard({ product, note }: { product: ProductView; note: string | null }) {
  const { productId, name, unitPriceMinor, currency, stock } = product;
  return (
    <li className={stock === 0 ? 'product sold-out' : 'product'}>
      <div className="product-picture">
        <ProductArt productId={productId} />
      </div>
      <div className="product-words">
        <h3>{name}</h3>
        <p className="product-note">{note}</p>
        <p className="product-facts">
          <span className="price">{priceText(unitPriceMinor, currency)}</span>
          <StockLabel product={product} />
        </p>
        <AddToCart product={product} />
      </div>
    </li>
  );
}

function AddToCart({ product: { productId, name, stock } }: { product: ProductView }) {
  const { cart, announcement } = useShop();
  const content = useStore(cart);
  const inCart = quantityOf(content, productId);
  const why = whyNotMore(stock, inCart, isFull(content));
  const add = () => {
    cart.set(withQuantity(cart.get(), productId, inCart + 1));
    announcement.set(`${name}: ${inCart + 1} in your cart.`);
  };
  return (
    <div className="product-action">
      {/* It stays focusable when there is no more to add, or the keyboard would lose its place. */}
      <button
        type="button"
        className="button"
        aria-disabled={why !== null}
        onClick={() => why === null && add()}
        aria-label={`Add to cart: ${name}`}
      >
        Add to cart
      </button>
      <span className="product-in-cart">{why ?? (inCart > 0 ? `${inCart} in your cart` : '')}</span>
    </div>
  );
}

function whyNotMore(stock: number, inCart: number, cartIsFull: boolean): string | null {
  if (stock === 0) return inCart > 0 ? `${inCart} in your cart` : '';
  if (inCart >= limits.quantityMax) return `${inCart} in your cart, the most for one order`;
  if (inCart >= stock) return `All ${countText(stock, 'piece is', 'pieces are')} in your cart`;
  if (inCart === 0 && cartIsFull) return `An order has at most ${limits.itemsMax} products`;
  return null;
}

export function ProductCardSkeleton() {
  return (
    <li className="product">
      <div className="product-picture">
        <div className="art skeleton" />
      </div>
      <div className="product-words">
        <div className="skeleton skeleton-line" />
        <div className="skeleton skeleton-line short" />
      </div>
    </li>
  );
}
