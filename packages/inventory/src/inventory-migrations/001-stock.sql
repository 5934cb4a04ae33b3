-- The catalogue, and every movement of stock there ever was.

CREATE TABLE products (
  product_id          text COLLATE "C" PRIMARY KEY CHECK (length(product_id) BETWEEN 1 AND 50),
  name                text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  unit_price_minor    integer NOT NULL CHECK (unit_price_minor >= 0),
  currency            text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  stock               integer NOT NULL CHECK (stock BETWEEN 0 AND 1000000000),
  stock_version       bigint NOT NULL,
  low_stock_threshold integer NOT NULL CHECK (low_stock_threshold >= 0),
  updated_at          timestamptz NOT NULL DEFAULT now()
);

-- One row per movement, numbered per product without gaps. The first row of a product is its initial stock; each further
-- one starts from the stock that the row before it left, so the ledger of a product is a chain that adds up by itself.
CREATE TABLE stock_ledger (
  product_id       text COLLATE "C" NOT NULL REFERENCES products,
  stock_version    bigint NOT NULL CHECK (stock_version >= 1),
  kind             text NOT NULL CHECK (kind IN ('initial', 'restock', 'reserve', 'release')),
  delta            integer NOT NULL,
  previous_stock   integer NOT NULL,
  new_stock        integer NOT NULL CHECK (new_stock >= 0),
  order_id         uuid,
  restock_key      text,
  reason           text CHECK (length(reason) <= 200),
  at               timestamptz NOT NULL DEFAULT now(),
  previous_version bigint GENERATED ALWAYS AS (nullif(stock_version, 1) - 1) STORED,
  moved            integer GENERATED ALWAYS AS (CASE WHEN order_id IS NOT NULL THEN abs(delta) END) STORED,
  PRIMARY KEY (product_id, stock_version),
  UNIQUE (product_id, stock_version, new_stock),
  -- An order takes each of its products once and gives it back at most once.
  UNIQUE (order_id, product_id, kind),
  FOREIGN KEY (product_id, previous_version, previous_stock)
    REFERENCES stock_ledger (product_id, stock_version, new_stock),
  CHECK (new_stock = previous_stock + delta),
  CHECK ((kind = 'initial') = (stock_version = 1)),
  CHECK (kind <> 'initial' OR previous_stock = 0),
  CHECK (CASE kind WHEN 'reserve' THEN delta < 0 WHEN 'initial' THEN delta >= 0 ELSE delta > 0 END),
  CHECK ((order_id IS NOT NULL) = (kind IN ('reserve', 'release'))),
  CHECK (restock_key IS NULL OR kind = 'restock')
);

CREATE UNIQUE INDEX stock_ledger_restock_key ON stock_ledger (product_id, restock_key) WHERE restock_key IS NOT NULL;

-- The stock of a product is what one of its movements left; the trigger below keeps it the latest. Checked at commit,
-- because a product and its first movement are written one after the other.
ALTER TABLE products ADD CONSTRAINT products_stock_is_in_ledger
  FOREIGN KEY (product_id, stock_version, stock) REFERENCES stock_ledger (product_id, stock_version, new_stock)
  DEFERRABLE INITIALLY DEFERRED;

-- Revoking the privilege would not do: the service's role owns the tables.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is not allowed: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER stock_ledger_is_append_only BEFORE UPDATE OR DELETE ON stock_ledger
  FOR EACH ROW EXECUTE FUNCTION refuse_change('the ledger is append-only');
CREATE TRIGGER stock_ledger_is_kept BEFORE TRUNCATE ON stock_ledger
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the ledger is append-only');

-- Writing a movement is what changes a product's stock: neither can be without the other.
CREATE FUNCTION follow_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE products SET stock = latest.new_stock, stock_version = latest.stock_version, updated_at = now()
  FROM (
    SELECT DISTINCT ON (product_id) product_id, stock_version, new_stock
    FROM movements ORDER BY product_id, stock_version DESC
  ) AS latest
  WHERE products.product_id = latest.product_id AND products.stock_version < latest.stock_version;
  RETURN NULL;
END;
$$;

CREATE TRIGGER products_follow_ledger AFTER INSERT ON stock_ledger
  REFERENCING NEW TABLE AS movements
  FOR EACH STATEMENT EXECUTE FUNCTION follow_ledger();

-- Anything else that touches the stock of a product is a mistake.
CREATE TRIGGER products_only_move_forward BEFORE UPDATE OF product_id, stock, stock_version ON products
  FOR EACH ROW
  WHEN (NEW.product_id <> OLD.product_id OR NEW.stock_version < OLD.stock_version)
  EXECUTE FUNCTION refuse_change('stock only moves to its next version');
