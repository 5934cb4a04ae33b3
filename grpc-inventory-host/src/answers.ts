import {
  type CheckStockResponse,
  Reason,
  type ReleaseStockResponse,
  type ReserveStockResponse,
} from '@valerix/contracts/grpc';
import type { ProductView } from '@valerix/contracts/inventory-api';
import type { ReleaseOutcome, ReserveOutcome } from '@valerix/inventory/reservation-outcomes';

/** The answer to ReserveStock. A refusal is an answer like any other. */
export function reserveAnswer(outcome: ReserveOutcome): ReserveStockResponse {
  const refused: ReserveStockResponse = {
    success: false,
    message: '',
    remainingStock: 0,
    reservationId: '',
    reason: Reason.UNSPECIFIED,
    alreadyProcessed: outcome.alreadyProcessed,
    lines: [],
    refusedProductId: '',
  };
  switch (outcome.kind) {
    case 'reserved':
      return {
        ...refused,
        success: true,
        message: outcome.alreadyProcessed ? 'The stock was reserved before.' : 'The stock is reserved.',
        remainingStock: outcome.lines[0]?.remainingStock ?? 0,
        reservationId: outcome.reservationId,
        lines: [...outcome.lines],
      };
    case 'insufficient_stock':
      return {
        ...refused,
        message: `There are only ${outcome.availableStock} pieces of '${outcome.productId}'.`,
        reason: Reason.INSUFFICIENT_STOCK,
        remainingStock: outcome.availableStock,
        refusedProductId: outcome.productId,
      };
    case 'unknown_product':
      return {
        ...refused,
        message: `There is no product '${outcome.productId}'.`,
        reason: Reason.UNKNOWN_PRODUCT,
        refusedProductId: outcome.productId,
      };
    case 'fenced':
      return { ...refused, message: 'The order ended before this reservation arrived.', reason: Reason.FENCED };
  }
}

const releaseMessages: Readonly<Record<ReleaseOutcome['kind'], string>> = {
  released: 'The stock is released.',
  fenced: 'The order held nothing; a reservation that arrives later will be refused.',
  never_held: 'The order was refused and holds nothing.',
  shipped: 'The stock has left the warehouse.',
};

export function releaseAnswer({ kind, alreadyProcessed }: ReleaseOutcome): ReleaseStockResponse {
  const isTooLate = kind === 'shipped';
  return {
    success: !isTooLate,
    message: releaseMessages[kind],
    alreadyProcessed,
    reason: isTooLate ? Reason.SHIPPED : Reason.UNSPECIFIED,
  };
}

export function checkAnswer(productId: string, product: ProductView | undefined): CheckStockResponse {
  return {
    found: product !== undefined,
    productId,
    stock: product?.stock ?? 0,
    stockVersion: product?.stockVersion ?? 0,
    name: product?.name ?? '',
    unitPriceMinor: product?.unitPriceMinor ?? 0,
    currency: product?.currency ?? '',
  };
}
