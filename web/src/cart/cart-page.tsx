import { useRef } from 'react';
import { Link } from 'wouter';
import { PageHeading } from '../app/page-heading.tsx';
import { useShop } from '../app/shop.ts';
import { useStore } from '../app/store.ts';
import { countText } from '../app/words.ts';
import { nameIn, useProducts } from '../catalogue/use-products.ts';
import { pieces, withQuantity } from './cart.ts';
import { CartLine } from './cart-line.tsx';
import { CartTotal } from './cart-total.tsx';
import './cart.css';

export function CartPage() {
  const { cart, announcement } = useShop();
  const content = useStore(cart);
  const catalogue = useProducts();
  const list = useRef<HTMLUListElement>(null);

  if (content.length === 0) {
    return (
      <div className="empty">
        <PageHeading title="Your cart is empty" tabTitle="Cart" />
        <p>What you put in it stays in this browser until you order it.</p>
        <Link href="/" className="button primary">
          See what there is
        </Link>
      </div>
    );
  }

  const setQuantity = (productId: string, quantity: number) => {
    cart.set(withQuantity(cart.get(), productId, quantity));
    const name = nameIn(catalogue, productId);
    announcement.set(quantity > 0 ? `${name}: ${quantity} in your cart.` : `${name} is out of your cart.`);
    // The button that was pressed is gone with its line.
    if (quantity === 0) list.current?.focus();
  };

  return (
    <>
      <PageHeading title="Your cart" />
      <p className="lead">{countText(pieces(content), 'piece', 'pieces')}, nothing ordered yet.</p>
      <div className="split">
        <ul className="lines" ref={list} tabIndex={-1} aria-label="In your cart">
          {content.map((line) => (
            <CartLine
              key={line.productId}
              line={line}
              product={catalogue.products?.find(({ productId }) => productId === line.productId)}
              isKnown={catalogue.products !== null}
              onQuantity={(quantity) => setQuantity(line.productId, quantity)}
            />
          ))}
        </ul>
        <aside className="summary" aria-label="Total">
          <CartTotal cart={content} catalogue={catalogue} />
          <Link href="/checkout" className="button primary wide">
            Go to checkout
          </Link>
          <Link href="/" className="quiet-link">
            Look for more
          </Link>
        </aside>
      </div>
    </>
  );
}
