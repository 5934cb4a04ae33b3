-- The orders of the shop. The Order service decides what happens to an order; what must never happen, whoever writes
-- here, is refused by the constraints and triggers of this file.
CREATE TABLE orders (
  order_id             uuid PRIMARY KEY,
  customer_id          text CHECK (length(customer_id) BETWEEN 1 AND 50),
  status               text NOT NULL
    CHECK (status IN ('pending', 'pending_verification', 'confirmed', 'failed', 'cancelled', 'shipped')),
  version              integer NOT NULL CHECK (version >= 1),
  reservation_id       uuid,
  -- Why the order failed, or why its outcome is not known yet.
  reason               text,
  -- What a refusal for lack of stock said.
  refused_product_id   text,
  requested_quantity   integer,
  available_stock      integer CHECK (available_stock >= 0),
  recovered_from_crash boolean NOT NULL DEFAULT false,
  total_minor          bigint CHECK (total_minor >= 0),
  currency             text,
  traceparent          text,
  created_at           timestamptz NOT NULL,
  updated_at           timestamptz NOT NULL,
  -- When the sweep looks at an order that is not settled, and how often it has asked about it.
  next_check_at        timestamptz,
  checks               integer NOT NULL DEFAULT 0 CHECK (checks >= 0),
  CONSTRAINT unsettled_orders_are_swept CHECK ((next_check_at IS NOT NULL) = (status IN ('pending', 'pending_verification'))),
  CONSTRAINT confirmed_orders_hold_a_reservation CHECK (status NOT IN ('confirmed', 'shipped') OR reservation_id IS NOT NULL),
  CONSTRAINT failed_orders_say_why CHECK (status <> 'failed' OR reason IS NOT NULL)
);

CREATE INDEX orders_newest_first ON orders (created_at DESC, order_id DESC);
CREATE INDEX orders_of_a_status ON orders (status, created_at DESC, order_id DESC);
CREATE INDEX orders_of_a_customer ON orders (customer_id, created_at DESC, order_id DESC) WHERE customer_id IS NOT NULL;
CREATE INDEX orders_to_sweep ON orders (next_check_at) WHERE next_check_at IS NOT NULL;

-- A line has a name and a price once it was reserved, and keeps them whatever the catalogue says later.
CREATE TABLE order_items (
  order_id         uuid NOT NULL REFERENCES orders,
  position         smallint NOT NULL,
  product_id       text NOT NULL CHECK (length(product_id) BETWEEN 1 AND 50),
  quantity         integer NOT NULL CHECK (quantity BETWEEN 1 AND 100),
  name             text,
  unit_price_minor bigint CHECK (unit_price_minor >= 0),
  currency         text,
  PRIMARY KEY (order_id, product_id),
  CONSTRAINT priced_whole_or_not_at_all CHECK (num_nulls(name, unit_price_minor, currency) IN (0, 3))
);

CREATE INDEX order_items_of_a_product ON order_items (product_id, order_id);

-- What happened to each order, in order. Rows are only ever added.
CREATE TABLE status_log (
  order_id    uuid NOT NULL REFERENCES orders,
  version     integer NOT NULL,
  from_status text,
  to_status   text NOT NULL,
  reason      text,
  at          timestamptz NOT NULL,
  PRIMARY KEY (order_id, version),
  CONSTRAINT the_first_entry_has_no_past CHECK ((version = 1) = (from_status IS NULL))
);

-- No version without its entry in the log. Checked at the end of the statement that writes both.
ALTER TABLE orders ADD CONSTRAINT every_version_is_logged
  FOREIGN KEY (order_id, version) REFERENCES status_log (order_id, version);

-- The first request with a key made the order; later ones with the key are replays of it.
CREATE TABLE idempotency_keys (
  -- The customer, or '' for a request without one: two customers may use the same key.
  scope        text NOT NULL,
  key          text NOT NULL,
  request_hash text NOT NULL,
  order_id     uuid NOT NULL REFERENCES orders,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (scope, key)
);

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE FUNCTION refuse_impossible_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'pending' OR NEW.version <> 1 THEN
      RAISE EXCEPTION 'an order begins as pending at version 1, not as % at version %', NEW.status, NEW.version
        USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_begin_pending';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.order_id <> OLD.order_id OR NEW.created_at <> OLD.created_at
    OR NEW.customer_id IS DISTINCT FROM OLD.customer_id THEN
    RAISE EXCEPTION 'what an order is cannot be changed'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_keep_their_identity';
  END IF;
  IF NEW.status = OLD.status THEN
    IF NEW.version <> OLD.version THEN
      RAISE EXCEPTION 'the version changes only with the status'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'versions_count_status_changes';
    END IF;
    RETURN NEW;
  END IF;
  IF (OLD.status, NEW.status) NOT IN (
    ('pending', 'confirmed'),
    ('pending', 'failed'),
    ('pending', 'pending_verification'),
    ('pending_verification', 'confirmed'),
    ('pending_verification', 'failed'),
    ('pending_verification', 'cancelled'),
    ('confirmed', 'cancelled'),
    ('confirmed', 'shipped')
  ) THEN
    RAISE EXCEPTION 'an order cannot go from % to %', OLD.status, NEW.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'only_legal_transitions';
  END IF;
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION 'a status change is exactly one version, not % to %', OLD.version, NEW.version
      USING ERRCODE = 'check_violation', CONSTRAINT = 'versions_count_status_changes';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER impossible_orders BEFORE INSERT OR UPDATE ON orders
  FOR EACH ROW EXECUTE FUNCTION refuse_impossible_orders();

CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = 'append_only';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON status_log
  FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON status_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- An order with its lines, as every reader wants it.
CREATE VIEW orders_with_items AS
  SELECT o.*, (
    SELECT jsonb_agg(
      jsonb_build_object(
        'productId', i.product_id, 'quantity', i.quantity,
        'name', i.name, 'unitPriceMinor', i.unit_price_minor, 'currency', i.currency
      ) ORDER BY i.position
    )
    FROM order_items i WHERE i.order_id = o.order_id
  ) AS items
  FROM orders o;
