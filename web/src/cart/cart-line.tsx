import type { ProductView } from '@valerix/contracts/inventory-api';
import type { OrderLine } from '@valerix/contracts/order';
import { priceText } from '../app/words.ts';
import { ProductArt } from '../catalogue/product-art.tsx';
import { QuantityStepper } from './quantity-stepper.tsx';

interface CartLineProps {
  readonly line: OrderLine;
  readonly product: ProductView | undefined;
  /** Whether the catalogue was told, so that a product that is not in it is not sold any more. */
  readonly isKnown: boolean;
  readonly onQuantity: (quantity: number) => void;
}

export function CartLine({ line: { productId, quantity }, product, isKnown, onQuantity }: CartLineProps) {
  const name = product?.name ?? productId;
  return (
    <li className="line">
      <div className="line-picture">
        <ProductArt productId={productId} />
      </div>
      <div className="line-words">
        <h2 className="line-name">{name}</h2>
        <p className="line-unit">
          {product === undefined ? '\u00a0' : `${priceText(product.unitPriceMinor, product.currency)} each`}
        </p>
        <Warning quantity={quantity} product={product} isKnown={isKnown} onQuantity={onQuantity} />
      </div>
      <div className="line-actions">
        <QuantityStepper name={name} quantity={quantity} onChange={onQuantity} />
        <button type="button" className="text-button" onClick={() => onQuantity(0)} aria-label={`Remove ${name}`}>
          Remove
        </button>
      </div>
      <p className="line-total price">
        {product === undefined ? '' : priceText(product.unitPriceMinor * quantity, product.currency)}
      </p>
    </li>
  );
}

/** What stands between this line and an order that can be filled. */
function Warning({ quantity, product, isKnown, onQuantity }: { quantity: number } & Omit<CartLineProps, 'line'>) {
  if (product === undefined) return isKnown && <p className="warning">We no longer sell this. Please remove it.</p>;
  if (product.stock === 0) return <p className="warning">Sold out for now.</p>;
  if (product.stock >= quantity) return null;
  return (
    <p className="warning">
      Only {product.stock} left.{' '}
      <button type="button" className="text-button" onClick={() => onQuantity(product.stock)}>
        Take {product.stock}
      </button>
    </p>
  );
}
