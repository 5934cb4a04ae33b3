import { Countdown } from '../app/countdown.tsx';
import { PageHeading } from '../app/page-heading.tsx';
import { timeText } from '../app/words.ts';
import { ProductCard, ProductCardSkeleton } from './product-card.tsx';
import { arrange } from './shelves.ts';
import { useProducts } from './use-products.ts';
import type { Catalogue } from './watch-products.ts';
import './catalogue.css';

export function CataloguePage() {
  const catalogue = useProducts();
  return (
    <>
      <div className="intro">
        <PageHeading title="Good coffee, and what it takes to make it." tabTitle="Coffee and kitchen" />
        <Freshness catalogue={catalogue} />
      </div>
      <Shelves catalogue={catalogue} />
    </>
  );
}

const troubles = {
  unreachable: 'We cannot reach the shop right now.',
  unavailable: 'The shop cannot see its shelves right now.',
} as const;

/** One line, always there: how fresh the counts are, or what keeps them from being so. */
function Freshness({ catalogue: { asOf, trouble } }: { catalogue: Catalogue }) {
  if (trouble !== null && asOf !== null) {
    return (
      <p className="freshness troubled">
        {troubles[trouble.why]} These counts are from {timeText(asOf)}; we look again{' '}
        <Countdown until={trouble.retryAt} />.
      </p>
    );
  }
  return <p className="freshness">Prices and stock are live: what you see is what is on the shelf.</p>;
}

function Shelves({ catalogue: { products, trouble } }: { catalogue: Catalogue }) {
  if (products === null && trouble !== null) {
    return (
      <section className="empty" role="alert">
        <h2>{troubles[trouble.why]}</h2>
        <p>
          Your cart is safe. We look again <Countdown until={trouble.retryAt} />.
        </p>
      </section>
    );
  }
  if (products === null) return <ShelvesSkeleton />;
  if (products.length === 0) {
    return (
      <section className="empty">
        <h2>The shelves are empty</h2>
        <p>New stock is on its way. This page fills by itself.</p>
      </section>
    );
  }
  return arrange(products).map(({ title, wall, products: onShelf }) => (
    <section key={title} className={`shelf shelf-${wall}`} aria-label={title}>
      <h2>{title}</h2>
      <ul className="products">
        {onShelf.map(({ product, note }) => (
          <ProductCard key={product.productId} product={product} note={note} />
        ))}
      </ul>
    </section>
  ));
}

/** As large as the first shelf will be, so that nothing jumps when it is filled. */
function ShelvesSkeleton() {
  return (
    <div className="shelf" aria-busy="true">
      <p className="visually-hidden" role="status">
        Loading what the shop has.
      </p>
      <div className="skeleton skeleton-heading" />
      <ul className="products" aria-hidden="true">
        {['a', 'b', 'c'].map((key) => (
          <ProductCardSkeleton key={key} />
        ))}
      </ul>
    </div>
  );
}
