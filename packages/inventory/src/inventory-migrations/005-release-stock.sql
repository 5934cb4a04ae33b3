-- Gives the stock of orders back, each once, and fences orders that hold nothing; answers {results, outbox}.
--
-- `requests` is an array of {order_id, reason, traceparent}. A result is {state, alreadyProcessed}: the order's state
-- now; 'shipped' means that its stock has left and stays with the order, 'refused' that it never held any.
-- The settings are those of reserve_stock, for the same reason.
CREATE FUNCTION release_stock(requests jsonb) RETURNS jsonb LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  order_ids uuid[] := ARRAY(SELECT (asked ->> 'order_id')::uuid FROM jsonb_array_elements(requests) AS asked);
  settled_orders uuid[];
  written jsonb;
BEGIN
  PERFORM lock_orders(order_ids);

  settled_orders := ARRAY(SELECT order_id FROM reservations WHERE order_id = ANY (order_ids) AND state <> 'held');

  INSERT INTO reservations (order_id, state, source, reason)
  SELECT DISTINCT ON (order_id) order_id, 'fenced', 'release', reason
  FROM (
    SELECT number, (body ->> 'order_id')::uuid AS order_id, body ->> 'reason' AS reason
    FROM jsonb_array_elements(requests) WITH ORDINALITY AS listed (body, number)
  ) AS asked
  WHERE NOT EXISTS (SELECT FROM reservations WHERE reservations.order_id = asked.order_id)
  ORDER BY order_id, number;

  PERFORM FROM products
  WHERE product_id IN (
    SELECT product_id FROM reservation_lines JOIN reservations USING (order_id)
    WHERE order_id = ANY (order_ids) AND state = 'held'
  )
  ORDER BY product_id
  FOR NO KEY UPDATE;

  WITH asked AS (
    SELECT DISTINCT ON (order_id) order_id, reason, traceparent
    FROM (
      SELECT number, (body ->> 'order_id')::uuid AS order_id, body ->> 'reason' AS reason,
        body ->> 'traceparent' AS traceparent
      FROM jsonb_array_elements(requests) WITH ORDINALITY AS listed (body, number)
    ) AS listed
    ORDER BY order_id, number
  ), moved AS (
    SELECT asked.order_id, asked.reason, asked.traceparent, line.product_id, line.quantity, line.reservation_id,
      product.stock + sum(line.quantity) OVER in_turn AS new_stock,
      product.stock_version + row_number() OVER in_turn AS stock_version
    FROM asked
    JOIN reservations AS reservation ON reservation.order_id = asked.order_id AND reservation.state = 'held'
    JOIN reservation_lines AS line ON line.order_id = asked.order_id
    JOIN products AS product ON product.product_id = line.product_id
    WINDOW in_turn AS (PARTITION BY line.product_id ORDER BY asked.order_id ROWS UNBOUNDED PRECEDING)
  ), movements AS (
    INSERT INTO stock_ledger (product_id, stock_version, kind, delta, previous_stock, new_stock, order_id, reason)
    SELECT product_id, stock_version, 'release', quantity, new_stock - quantity, new_stock, order_id, reason
    FROM moved ORDER BY product_id, stock_version
  ), settled AS (
    UPDATE reservations SET state = 'released', settled_at = now(), reason = asked.reason
    FROM asked WHERE reservations.order_id = asked.order_id AND reservations.state = 'held'
  )
  SELECT write_outbox(jsonb_agg(jsonb_build_object('type', 'StockReleased', 'traceparent', traceparent,
    'data', jsonb_build_object(
      'orderId', order_id, 'productId', product_id, 'quantity', quantity, 'newStock', new_stock,
      'stockVersion', stock_version, 'reservationId', reservation_id, 'reason', coalesce(reason, 'released')
    )) ORDER BY product_id, stock_version))
  INTO written
  FROM moved;

  RETURN jsonb_build_object('outbox', written, 'results', (
    SELECT jsonb_agg(jsonb_build_object(
      'state', reservation.state,
      'alreadyProcessed',
        asked.order_id = ANY (settled_orders) OR asked.number <> array_position(order_ids, asked.order_id)
    ) ORDER BY asked.number)
    FROM unnest(order_ids) WITH ORDINALITY AS asked (order_id, number)
    JOIN reservations AS reservation USING (order_id)
  ));
END;
$$;
