import { json } from '@valerix/platform/http';
import { RequestError } from '@valerix/platform/problem';
import { http, products } from '../app.ts';
import { productIdOf } from '../product-requests.ts';

http.endpoint('product-get', {
  methods: ['GET'],
  route: 'api/products/{productId}',
  handler: async (call) => {
    const product = await products.find(productIdOf(call));
    if (product === undefined) throw new RequestError('product_not_found');
    return json(200, product);
  },
});
