-- What was decided for each order, for good: at most one row per order, whoever asked first.
--
--   held      stock is set aside             -> shipped, released
--   shipped   it has left the warehouse
--   released  it was given back
--   refused   it was never reserved; asking again does not change that
--   fenced    the order ended before any reservation arrived; one that arrives later is refused
CREATE TABLE reservations (
  order_id           uuid PRIMARY KEY,
  state              text NOT NULL CHECK (state IN ('held', 'shipped', 'released', 'refused', 'fenced')),
  -- Who had the decision taken: a ReserveStock call, the verification of an order, or a release that came first.
  source             text NOT NULL CHECK (source IN ('grpc', 'verify', 'release')),
  reservation_id     uuid,
  reason             text CHECK (length(reason) <= 200),
  refused_product_id text COLLATE "C",
  available_stock    integer CHECK (available_stock >= 0),
  decided_at         timestamptz NOT NULL DEFAULT now(),
  settled_at         timestamptz,
  UNIQUE (order_id, reservation_id),
  CHECK ((reservation_id IS NOT NULL) = (state IN ('held', 'shipped', 'released'))),
  CHECK ((settled_at IS NOT NULL) = (state IN ('shipped', 'released'))),
  CHECK ((source = 'release') = (state = 'fenced')),
  CHECK ((refused_product_id IS NOT NULL) = (state = 'refused')),
  CHECK (state <> 'refused' OR coalesce(reason, '') IN ('insufficient_stock', 'unknown_product')),
  CHECK ((available_stock IS NOT NULL) = (state = 'refused' AND coalesce(reason, '') = 'insufficient_stock'))
);

-- The lines of a reservation with the name and price of that moment. Each line has its movement in the ledger and each
-- movement of an order its line, with the same quantity.
CREATE TABLE reservation_lines (
  order_id         uuid NOT NULL,
  product_id       text COLLATE "C" NOT NULL,
  reservation_id   uuid NOT NULL,
  line_number      integer NOT NULL,
  quantity         integer NOT NULL CHECK (quantity > 0),
  name             text NOT NULL,
  unit_price_minor integer NOT NULL,
  currency         text NOT NULL,
  remaining_stock  integer NOT NULL,
  stock_version    bigint NOT NULL,
  movement         text NOT NULL GENERATED ALWAYS AS ('reserve') STORED,
  PRIMARY KEY (order_id, product_id),
  UNIQUE (order_id, product_id, quantity),
  FOREIGN KEY (order_id, reservation_id) REFERENCES reservations (order_id, reservation_id),
  FOREIGN KEY (order_id, product_id, movement) REFERENCES stock_ledger (order_id, product_id, kind) DEFERRABLE
);

ALTER TABLE stock_ledger ADD CONSTRAINT stock_ledger_moves_a_line
  FOREIGN KEY (order_id, product_id, moved) REFERENCES reservation_lines (order_id, product_id, quantity) DEFERRABLE;

CREATE TRIGGER reservations_are_settled_once BEFORE UPDATE ON reservations
  FOR EACH ROW
  WHEN (
    OLD.state <> 'held'
    OR NEW.state NOT IN ('shipped', 'released')
    OR (NEW.order_id, NEW.reservation_id, NEW.source, NEW.decided_at)
      IS DISTINCT FROM (OLD.order_id, OLD.reservation_id, OLD.source, OLD.decided_at)
  )
  EXECUTE FUNCTION refuse_change('an outcome is final');
CREATE TRIGGER reservations_are_kept BEFORE DELETE ON reservations
  FOR EACH ROW EXECUTE FUNCTION refuse_change('an outcome is final');
CREATE TRIGGER reservations_are_not_emptied BEFORE TRUNCATE ON reservations
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('an outcome is final');
CREATE TRIGGER reservation_lines_are_kept BEFORE UPDATE OR DELETE ON reservation_lines
  FOR EACH ROW EXECUTE FUNCTION refuse_change('a reservation keeps its lines');
CREATE TRIGGER reservation_lines_are_not_emptied BEFORE TRUNCATE ON reservation_lines
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a reservation keeps its lines');

-- An order is released exactly when the ledger gave back what it took. Checked at commit, for both come in one statement.
CREATE FUNCTION check_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM reservations AS reservation
    JOIN reservation_lines AS line USING (order_id)
    LEFT JOIN stock_ledger AS given_back ON given_back.order_id = line.order_id
      AND given_back.product_id = line.product_id AND given_back.kind = 'release'
    WHERE reservation.order_id = NEW.order_id
      AND (reservation.state = 'released') <> (given_back.order_id IS NOT NULL)
  ) THEN
    RAISE EXCEPTION 'order % and the ledger disagree about its release', NEW.order_id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER reservations_give_back AFTER UPDATE ON reservations DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state = 'released') EXECUTE FUNCTION check_release();
CREATE CONSTRAINT TRIGGER stock_ledger_gives_back AFTER INSERT ON stock_ledger DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.kind = 'release') EXECUTE FUNCTION check_release();

-- Every decision about orders begins here. Locks are taken in one order by everybody: first the orders, by their key,
-- then the products, by product_id; so callers wait for each other but never in a circle. An order that has no row yet
-- can be locked as well, which is what lets two callers meet on a new order without an error.
CREATE FUNCTION lock_orders(order_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(sorted.key) FROM (
    SELECT DISTINCT hashtextextended(order_id::text, 0) AS key FROM unnest(order_ids) AS order_id ORDER BY key
  ) AS sorted;
END;
$$;
