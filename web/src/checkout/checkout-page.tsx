import { useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import { PageHeading } from '../app/page-heading.tsx';
import { useShop } from '../app/shop.ts';
import { useStore } from '../app/store.ts';
import { priceText } from '../app/words.ts';
import { isSameOrder } from '../cart/cart.ts';
import { CartTotal } from '../cart/cart-total.tsx';
import { ProductArt } from '../catalogue/product-art.tsx';
import { nameIn, useProducts } from '../catalogue/use-products.ts';
import { resumesUnasked } from './purchase.ts';
import { PurchaseProgress } from './purchase-progress.tsx';
import '../cart/cart.css';

export function CheckoutPage() {
  const { cart, purchasing } = useShop();
  const content = useStore(cart);
  const progress = useStore(purchasing.progress);
  const open = useStore(purchasing.open);
  const catalogue = useProducts();
  const [, navigate] = useLocation();

  // Once more when a purchase has ended, which uses up its key.
  useEffect(() => {
    if (open === null || !isSameOrder(open.items, content)) purchasing.prepare(content);
  }, [purchasing, content, open]);

  useEffect(() => {
    // The page was loaded anew while an order was on its way.
    const open = purchasing.open.get();
    const isIdle = purchasing.progress.get().kind === 'idle';
    if (open !== null && isIdle && resumesUnasked(open, cart.get(), Date.now())) purchasing.askAgain();
    // A refusal was about the cart as it was; whoever comes back has changed it.
    return () => {
      if (purchasing.progress.get().kind === 'refused') purchasing.acknowledge();
    };
  }, [purchasing, cart]);

  useEffect(() => {
    if (progress.kind !== 'ordered') return;
    purchasing.acknowledge();
    // Instead of this page, so that the way back does not lead to an order that is already made.
    navigate(`/orders/${progress.orderId}`, { replace: true });
  }, [progress, purchasing, navigate]);

  if (content.length === 0 && progress.kind === 'idle') {
    return (
      <div className="empty">
        <PageHeading title="There is nothing to order" tabTitle="Checkout" />
        <p>Your cart is empty. What you have ordered is under Orders.</p>
        <Link href="/" className="button primary">
          See what there is
        </Link>
      </div>
    );
  }

  const isBusy = progress.kind === 'sending' || progress.kind === 'ordered';
  const isPriced = catalogue.products !== null;
  return (
    <>
      <PageHeading title="Check and order" tabTitle="Checkout" />
      <p className="lead">One look over it before the warehouse sets it aside.</p>
      <div className="split">
        <ul className="lines compact" aria-label="What you order">
          {content.map(({ productId, quantity }) => {
            const product = catalogue.products?.find((candidate) => candidate.productId === productId);
            return (
              <li key={productId} className="line">
                <div className="line-picture">
                  <ProductArt productId={productId} />
                </div>
                <p className="line-words">
                  <span className="line-name">{nameIn(catalogue, productId)}</span>
                  <span className="line-unit">
                    {quantity} × {product === undefined ? '–' : priceText(product.unitPriceMinor, product.currency)}
                  </span>
                </p>
                <p className="line-total price">
                  {product === undefined ? '' : priceText(product.unitPriceMinor * quantity, product.currency)}
                </p>
              </li>
            );
          })}
        </ul>
        <aside className="summary" aria-label="Order">
          <CartTotal cart={content} catalogue={catalogue} />
          <button
            type="button"
            className="button primary wide"
            aria-disabled={isBusy || !isPriced}
            onClick={() => !isBusy && isPriced && purchasing.buy(content)}
          >
            {isBusy ? 'Placing your order…' : 'Place order'}
          </button>
          <PurchaseProgress />
          <Link href="/cart" className="quiet-link">
            Change the cart
          </Link>
        </aside>
      </div>
    </>
  );
}
