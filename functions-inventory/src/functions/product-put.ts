import { json } from '@valerix/platform/http';
import { http, products } from '../app.ts';
import { readPut } from '../product-requests.ts';

http.endpoint('product-put', {
  methods: ['PUT'],
  route: 'api/products/{productId}',
  authLevel: 'function',
  handler: async (call) => {
    const { productId, wanted } = await readPut(call);
    const { created, product } = await products.put(productId, wanted, call.traceparent);
    return created
      ? json(201, product, { location: `/api/products/${encodeURIComponent(productId)}` })
      : json(200, product);
  },
});
