import { http } from './app.ts';
import './functions/books-check.ts';
import './functions/dead-letters-discard.ts';
import './functions/dead-letters-discard-all.ts';
import './functions/dead-letters-get.ts';
import './functions/dead-letters-list.ts';
import './functions/dead-letters-replay.ts';
import './functions/dead-letters-replay-all.ts';
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
