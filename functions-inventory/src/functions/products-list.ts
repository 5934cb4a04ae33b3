import type { ProductPage } from '@valerix/contracts/inventory-api';
import { json } from '@valerix/platform/http';
import { http, products } from '../app.ts';

http.endpoint('products-list', {
  methods: ['GET'],
  route: 'api/products',
  handler: async () => json(200, { products: await products.list() } satisfies ProductPage),
});
