/** What the reconciler holds the books to, check by check. */
export const checks = {
  stock: 'The stock of each product is what its ledger adds up to, row by row.',
  movements: 'Each reservation took each of its lines once, and gave it back once if it was released.',
  history: 'The status log tells, one legal step after the other, how each order got where it is.',
  confirmed_orders: 'Each order has its lines; a confirmed one has its reservation, its prices and the right total.',
  unsettled_orders: 'No order is left without an outcome past its time.',
  idempotency_keys: 'Each idempotency key stands for an order of its own customer.',
  agreement: 'Each confirmed order holds its stock, each shipped one has left, every other one holds nothing.',
  orders_outbox: 'The Order service has sent its events.',
  inventory_outbox: 'The Inventory service has sent its events.',
  orders_quarantine: 'The Order service has set no message aside.',
  inventory_quarantine: 'The Inventory service has set no message aside.',
  dead_letters: 'The broker has set no message aside.',
} as const;

export type CheckName = keyof typeof checks;
export type Side = 'orders' | 'inventory';

/** A change that makes a finding go away without deciding anything that is not decided already. */
export type Repair =
  | { readonly kind: 'correct_stock'; readonly productId: string }
  | { readonly kind: 'free_claims'; readonly side: Side; readonly entity: string }
  | { [K in OrderRepairKind]: { readonly kind: K; readonly orderId: string } }[OrderRepairKind];

/** What makes an order and its reservation agree. */
export type AgreementRepair =
  | 'release'
  | 'ship'
  | 'reserve_again'
  | 'name_reservation'
  | 'settle_as_shipped'
  | 'settle_as_cancelled'
  | 'write_down_again';

type OrderRepairKind = AgreementRepair | 'give_back' | 'settle_as_released' | 'price' | 'check_now' | 'forget_keys';

export type RepairKind = Repair['kind'];

/** What each repair does, in an operator's words. */
export const repairWords: Readonly<Record<RepairKind, string>> = {
  correct_stock: 'set the stock to what the ledger adds up to',
  give_back: 'write the missing return into the ledger',
  settle_as_released: 'mark the reservation as released, as the ledger shows it',
  release: 'give the stock back',
  ship: 'mark the reservation as shipped',
  reserve_again: 'reserve the stock again, if there is enough',
  name_reservation: 'note the id of the live reservation in the order',
  settle_as_shipped: 'mark the order as shipped, as its reservation shows it',
  settle_as_cancelled: 'mark the order as cancelled, as its reservation shows it',
  write_down_again: 'write the order down again from its reservation, without its customer',
  price: 'copy names and prices from the reservation and add them up',
  check_now: 'hand the order to the sweep now',
  forget_keys: 'forget the key, so that the request can be made again',
  free_claims: 'free the rows for the relay',
};

/** One broken promise. */
export interface Finding {
  readonly check: CheckName;
  /** An order or product id, or what else the finding is about. */
  readonly subject: string;
  /** What is wrong, in one sentence. */
  readonly explanation: string;
  /** Null when only a human can tell which side is right. */
  readonly repairable: Repair | null;
}

export interface CheckResult {
  readonly check: CheckName;
  /** Products, orders, messages or whatever the check looks at, one by one. */
  readonly examined: number;
  /** Not right yet, and in time to become so by itself. */
  readonly inFlight: number;
  readonly breaches: number;
  /** The breaches themselves, up to `Limits.kept` of them. */
  readonly findings: readonly Finding[];
}
