-- Creates a product with its initial stock, or changes the name, price and threshold of the one there is; answers
-- {created, product, outbox}. Null leaves a threshold as it is; a new product is low at 10 pieces unless told otherwise.
CREATE FUNCTION put_product(
  wanted_id text, wanted_name text, wanted_price integer, wanted_currency text, wanted_threshold integer,
  initial_stock integer, traceparent text
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  product products;
  is_new boolean;
  is_changed boolean;
  written jsonb := '[]';
BEGIN
  INSERT INTO products
    (product_id, name, unit_price_minor, currency, stock, stock_version, low_stock_threshold)
  VALUES (wanted_id, wanted_name, wanted_price, wanted_currency, coalesce(initial_stock, 0), 1,
    coalesce(wanted_threshold, 10))
  ON CONFLICT (product_id) DO NOTHING
  RETURNING * INTO product;
  is_new := FOUND;

  IF is_new THEN
    INSERT INTO stock_ledger (product_id, stock_version, kind, delta, previous_stock, new_stock)
    VALUES (wanted_id, 1, 'initial', product.stock, 0, product.stock);
  ELSE
    UPDATE products SET name = wanted_name, unit_price_minor = wanted_price, currency = wanted_currency,
      low_stock_threshold = coalesce(wanted_threshold, low_stock_threshold), updated_at = now()
    WHERE product_id = wanted_id
      AND (name, unit_price_minor, currency, low_stock_threshold)
        IS DISTINCT FROM (wanted_name, wanted_price, wanted_currency, coalesce(wanted_threshold, low_stock_threshold));
    is_changed := FOUND;
    SELECT * INTO product FROM products WHERE product_id = wanted_id;
  END IF;

  IF is_new OR is_changed THEN
    written := write_outbox(stock_adjusted(product, CASE WHEN is_new THEN product.stock ELSE 0 END,
      CASE WHEN is_new THEN 'created' ELSE 'details_changed' END, traceparent));
  END IF;
  RETURN jsonb_build_object('created', is_new, 'product', to_jsonb(product), 'outbox', written);
END;
$$;

-- Adds stock; a restock with a key happens once. Answers {outcome, product, outbox} with the outcome 'restocked',
-- 'replayed', 'key_reused' (the key stands for another quantity), 'unknown_product' or 'too_much'.
CREATE FUNCTION restock_product(wanted_id text, quantity integer, key text, traceparent text)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  product products;
  earlier stock_ledger;
  written jsonb := '[]';
  outcome text := 'restocked';
BEGIN
  SELECT * INTO product FROM products WHERE product_id = wanted_id FOR NO KEY UPDATE;
  SELECT * INTO earlier FROM stock_ledger WHERE product_id = wanted_id AND restock_key = key;

  IF product.product_id IS NULL THEN
    outcome := 'unknown_product';
  ELSIF earlier.product_id IS NOT NULL THEN
    outcome := CASE WHEN earlier.delta = quantity THEN 'replayed' ELSE 'key_reused' END;
  ELSIF product.stock > 1000000000 - quantity THEN
    outcome := 'too_much';
  ELSE
    INSERT INTO stock_ledger (product_id, stock_version, kind, delta, previous_stock, new_stock, restock_key)
    VALUES (wanted_id, product.stock_version + 1, 'restock', quantity, product.stock, product.stock + quantity, key);
    SELECT * INTO product FROM products WHERE product_id = wanted_id;
    written := write_outbox(stock_adjusted(product, quantity, 'restocked', traceparent));
  END IF;
  RETURN jsonb_build_object('outcome', outcome, 'product', to_jsonb(product), 'outbox', written);
END;
$$;

-- The StockAdjusted event of a product, for write_outbox.
CREATE FUNCTION stock_adjusted(product products, delta integer, reason text, traceparent text)
RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_array(jsonb_build_object('type', 'StockAdjusted', 'traceparent', traceparent,
    'data', jsonb_build_object(
      'productId', product.product_id, 'name', product.name, 'unitPriceMinor', product.unit_price_minor,
      'currency', product.currency, 'delta', delta, 'newStock', product.stock,
      'stockVersion', product.stock_version, 'reason', reason
    )));
$$;
