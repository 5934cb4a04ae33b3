import { Route, Switch } from 'wouter';
import { CartPage } from '../cart/cart-page.tsx';
import { CataloguePage } from '../catalogue/catalogue-page.tsx';
import { CheckoutPage } from '../checkout/checkout-page.tsx';
import { MyOrdersPage } from '../my-orders/my-orders-page.tsx';
import { OrderPage } from '../order/order-page.tsx';
import { Layout } from './layout.tsx';
import { NotFoundPage } from './not-found-page.tsx';

export function App() {
  return (
    <Layout>
      <Switch>
        <Route path="/">
          <CataloguePage />
        </Route>
        <Route path="/cart">
          <CartPage />
        </Route>
        <Route path="/checkout">
          <CheckoutPage />
        </Route>
        <Route path="/orders">
          <MyOrdersPage />
        </Route>
        <Route path="/orders/:orderId">{({ orderId }) => <OrderPage key={orderId} orderId={orderId} />}</Route>
        <Route>
          <NotFoundPage />
        </Route>
      </Switch>
    </Layout>
  );
}
