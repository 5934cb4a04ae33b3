import { http } from './app.ts';
import './functions/health-get.ts';
import './functions/metrics-get.ts';
import './functions/order-events-apply.ts';
import './functions/orders-verify.ts';
import './functions/outbox-relay.ts';
import './functions/product-get.ts';
import './functions/product-put.ts';
import './functions/product-restock.ts';
import './functions/products-list.ts';

http.fallback();
