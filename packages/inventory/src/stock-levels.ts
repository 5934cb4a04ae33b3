import type { Logger } from '@valerix/platform/logger';
import type { Metrics } from '@valerix/platform/metrics';
import type { Outbox } from '@valerix/platform/outbox';
import type { Products } from './products.ts';

export interface StockLevelsOptions {
  readonly metrics: Metrics;
  readonly products: Products;
  readonly outbox: Outbox;
  readonly logger: Logger;
}

/** Shows the stock of each product of the catalogue, and what waits in the outbox, whenever the metrics are read. */
export function observeStockLevels({ metrics, products, outbox, logger }: StockLevelsOptions): void {
  const { meter } = metrics;
  const level = meter.createObservableGauge('inventory_stock_level', { description: 'Pieces on hand, by product.' });
  const waiting = meter.createObservableGauge('outbox_depth', { description: 'Events that wait to be sent.' });
  const age = meter.createObservableGauge('outbox_oldest_seconds', {
    description: 'Age of the oldest event that waits to be sent.',
  });
  meter.addBatchObservableCallback(
    async (result) => {
      try {
        for (const { productId, stock } of await products.list()) result.observe(level, stock, { product: productId });
        const depth = await outbox.depth();
        result.observe(waiting, depth.rows);
        result.observe(age, depth.oldestSeconds);
      } catch (error) {
        // The other metrics must be readable while the database is away: then they matter most.
        logger.warn('stock_levels_not_read', { error });
      }
    },
    [level, waiting, age],
  );
}
