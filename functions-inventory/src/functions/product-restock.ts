import { json } from '@valerix/platform/http';
import { RequestError } from '@valerix/platform/problem';
import { http, products } from '../app.ts';
import { readRestock } from '../product-requests.ts';

http.endpoint('product-restock', {
  methods: ['POST'],
  route: 'api/products/{productId}/restock',
  authLevel: 'function',
  handler: async (call) => {
    const outcome = await products.restock(await readRestock(call));
    switch (outcome.kind) {
      case 'restocked':
        return json(200, outcome.product);
      case 'replayed':
        return json(200, outcome.product, { 'Idempotency-Replayed': 'true' });
      case 'key_reused':
        throw new RequestError('idempotency_key_reused');
      case 'unknown_product':
        throw new RequestError('product_not_found');
      case 'too_much':
        throw new RequestError('invalid_request', {
          errors: [{ field: 'quantity', message: 'would raise the stock above what can be kept' }],
        });
    }
  },
});
