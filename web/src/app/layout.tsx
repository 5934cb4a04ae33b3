import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { pieces } from '../cart/cart.ts';
import { PurchaseNotice } from '../checkout/purchase-notice.tsx';
import { Logo } from './logo.tsx';
import { OfflineBanner } from './offline-banner.tsx';
import { useShop } from './shop.ts';
import { useStore } from './store.ts';
import { ThemeToggle } from './theme-toggle.tsx';
import { countText } from './words.ts';

/** What is the same on every page. */
export function Layout({ children }: { children: ReactNode }) {
  const shop = useShop();
  const inCart = pieces(useStore(shop.cart));
  const announcement = useStore(shop.announcement);
  return (
    <>
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <header className="site-header">
        <div className="site-header-row">
          <Link href="/" className="logo" aria-label="Valerix, to the shop">
            <Logo />
            <span className="logo-word">Valerix</span>
          </Link>
          <nav aria-label="Shop">
            <NavLink href="/">Shop</NavLink>
            <NavLink href="/orders">Orders</NavLink>
            <NavLink href="/cart">
              Cart
              <span className={inCart === 0 ? 'cart-count' : 'cart-count filled'} aria-hidden="true">
                {inCart}
              </span>
              <span className="visually-hidden">{countText(inCart, 'piece', 'pieces')}</span>
            </NavLink>
          </nav>
          <ThemeToggle />
        </div>
      </header>
      <OfflineBanner />
      <PurchaseNotice />
      <main id="content" className="page" tabIndex={-1}>
        {children}
      </main>
      <footer className="site-footer">
        <p>Valerix, coffee and kitchen. No account and no tracking: your cart and your orders stay in this browser.</p>
      </footer>
      <p role="status" className="visually-hidden">
        {announcement}
      </p>
    </>
  );
}

function NavLink({ href, children }: { href: string; children: ReactNode }) {
  const [location] = useLocation();
  const isHere = href === '/' ? location === '/' : location.startsWith(href);
  return (
    <Link href={href} className="nav-link" aria-current={isHere ? 'page' : undefined}>
      {children}
    </Link>
  );
}
