-- Decides reservation requests, each all or nothing, in their order; answers {results, outbox}.
--
-- `requests` is an array of {order_id, source, traceparent, lines: [{product_id, quantity}]}; lines that name the same
-- product are summed. A result is the order's outcome, whoever had it decided: an order that has one keeps it.
-- All of it is one round trip, and no lock outlives it: orders that meet on one product wait for a single commit.
--
-- Every row is looked up by its key, and the settings hold the planner to that. It keeps the plans that it made while
-- the tables were small: without the settings 16,000 orders made it read 13 million rows of reservations.
CREATE FUNCTION reserve_stock(requests jsonb) RETURNS jsonb LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  order_ids uuid[] := ARRAY(SELECT (asked ->> 'order_id')::uuid FROM jsonb_array_elements(requests) AS asked);
  -- Orders that had an outcome before this call.
  known_orders uuid[];
  -- The products named, each as the requests decided so far leave it.
  product_ids text[];
  stocks integer[];
  versions bigint[];
  -- One entry per order decided here.
  decided_orders uuid[] := '{}';
  decided_sources text[] := '{}';
  reasons text[] := '{}';
  lacking_products text[] := '{}';
  available_stocks integer[] := '{}';
  -- One entry per movement of stock.
  moved_orders uuid[] := '{}';
  moved_products text[] := '{}';
  moved_lines integer[] := '{}';
  moved_quantities integer[] := '{}';
  left_stocks integer[] := '{}';
  left_versions bigint[] := '{}';
  traceparents text[] := '{}';

  request record;
  places integer[];
  place integer;
  refusal text;
  lacking integer;
  written jsonb := '[]';
BEGIN
  PERFORM lock_orders(order_ids);

  known_orders := ARRAY(SELECT order_id FROM reservations WHERE order_id = ANY (order_ids));

  SELECT array_agg(product_id), array_agg(stock), array_agg(stock_version)
  INTO product_ids, stocks, versions
  FROM (
    SELECT product_id, stock, stock_version FROM products
    WHERE product_id = ANY (ARRAY(
      SELECT line ->> 'product_id'
      FROM jsonb_array_elements(requests) AS asked, jsonb_array_elements(asked -> 'lines') AS line
      WHERE (asked ->> 'order_id')::uuid <> ALL (known_orders)
    ))
    ORDER BY product_id
    -- As strong as any writer of stock needs, and no obstacle to the foreign key checks of others.
    FOR NO KEY UPDATE
  ) AS locked;

  FOR request IN
    SELECT asked.order_id, asked.source, asked.traceparent, summed.wanted, summed.quantities FROM (
      SELECT number, (body ->> 'order_id')::uuid AS order_id, body ->> 'source' AS source,
        body ->> 'traceparent' AS traceparent, body -> 'lines' AS lines
      FROM jsonb_array_elements(requests) WITH ORDINALITY AS listed (body, number)
    ) AS asked, LATERAL (
      SELECT array_agg(product_id ORDER BY first_line) AS wanted, array_agg(quantity ORDER BY first_line) AS quantities
      FROM (
        SELECT line ->> 'product_id' AS product_id, sum((line ->> 'quantity')::integer)::integer AS quantity,
          min(line_number) AS first_line
        FROM jsonb_array_elements(asked.lines) WITH ORDINALITY AS listed (line, line_number)
        GROUP BY line ->> 'product_id'
      ) AS line
    ) AS summed
    WHERE asked.order_id <> ALL (known_orders) AND asked.number = array_position(order_ids, asked.order_id)
    ORDER BY asked.number
  LOOP
    refusal := NULL;
    places := '{}';
    FOR i IN 1 .. cardinality(request.wanted) LOOP
      lacking := i;
      place := array_position(product_ids, request.wanted[i]);
      IF place IS NULL THEN
        refusal := 'unknown_product';
      ELSIF stocks[place] < request.quantities[i] THEN
        refusal := 'insufficient_stock';
      END IF;
      EXIT WHEN refusal IS NOT NULL;
      places := places || place;
    END LOOP;

    decided_orders := decided_orders || request.order_id;
    decided_sources := decided_sources || request.source;
    reasons := reasons || refusal;
    lacking_products := lacking_products || CASE WHEN refusal IS NOT NULL THEN request.wanted[lacking] END;
    available_stocks := available_stocks || CASE WHEN refusal = 'insufficient_stock' THEN stocks[place] END;
    CONTINUE WHEN refusal IS NOT NULL;

    FOR i IN 1 .. cardinality(places) LOOP
      place := places[i];
      stocks[place] := stocks[place] - request.quantities[i];
      versions[place] := versions[place] + 1;
      moved_orders := moved_orders || request.order_id;
      moved_products := moved_products || request.wanted[i];
      moved_lines := moved_lines || i;
      moved_quantities := moved_quantities || request.quantities[i];
      left_stocks := left_stocks || stocks[place];
      left_versions := left_versions || versions[place];
      traceparents := traceparents || request.traceparent;
    END LOOP;
  END LOOP;

  IF cardinality(decided_orders) > 0 THEN
    INSERT INTO reservations
      (order_id, state, source, reservation_id, reason, refused_product_id, available_stock)
    SELECT order_id, CASE WHEN reason IS NULL THEN 'held' ELSE 'refused' END, source,
      CASE WHEN reason IS NULL THEN gen_random_uuid() END, reason, product_id, available
    FROM unnest(decided_orders, decided_sources, reasons, lacking_products, available_stocks)
      AS decided (order_id, source, reason, product_id, available);
  END IF;

  IF cardinality(moved_orders) > 0 THEN
    WITH moved AS (
      SELECT moved.*, product.name, product.unit_price_minor, product.currency, product.low_stock_threshold,
        reservation.reservation_id
      FROM unnest(moved_orders, moved_products, moved_lines, moved_quantities, left_stocks, left_versions, traceparents)
        AS moved (order_id, product_id, line_number, quantity, new_stock, stock_version, traceparent)
      JOIN products AS product USING (product_id)
      JOIN reservations AS reservation USING (order_id)
    ), lines AS (
      INSERT INTO reservation_lines
        (order_id, product_id, reservation_id, line_number, quantity, name, unit_price_minor, currency,
         remaining_stock, stock_version)
      SELECT order_id, product_id, reservation_id, line_number, quantity, name, unit_price_minor, currency,
        new_stock, stock_version
      FROM moved
    ), movements AS (
      INSERT INTO stock_ledger (product_id, stock_version, kind, delta, previous_stock, new_stock, order_id)
      SELECT product_id, stock_version, 'reserve', -quantity, new_stock + quantity, new_stock, order_id
      FROM moved ORDER BY product_id, stock_version
    ), facts AS (
      SELECT order_id, jsonb_build_object(
        'reservationId', min(reservation_id::text),
        'lines', jsonb_agg(jsonb_build_object(
          'productId', product_id, 'quantity', quantity, 'name', name, 'unitPriceMinor', unit_price_minor,
          'currency', currency
        ) ORDER BY line_number)
      ) AS reservation
      FROM moved GROUP BY order_id
    )
    SELECT write_outbox(jsonb_agg(jsonb_build_object('type', type, 'data', data, 'traceparent', traceparent)
      ORDER BY product_id, stock_version, type DESC))
    INTO written
    FROM (
      SELECT product_id, stock_version, traceparent, 'StockReserved' AS type, jsonb_build_object(
        'orderId', order_id, 'productId', product_id, 'quantity', quantity, 'remainingStock', new_stock,
        'stockVersion', stock_version, 'reservationId', reservation_id, 'reservation', reservation
      ) AS data
      FROM moved JOIN facts USING (order_id)
      UNION ALL
      SELECT product_id, stock_version, traceparent, 'LowStockAlert', jsonb_build_object(
        'productId', product_id, 'currentStock', new_stock, 'threshold', low_stock_threshold,
        'stockVersion', stock_version
      )
      FROM moved WHERE new_stock <= low_stock_threshold AND new_stock + quantity > low_stock_threshold
    ) AS event;
  END IF;

  RETURN jsonb_build_object('outbox', written, 'results', (
    SELECT jsonb_agg(jsonb_build_object(
      'state', reservation.state,
      'source', reservation.source,
      'reason', reservation.reason,
      'reservationId', reservation.reservation_id,
      'productId', reservation.refused_product_id,
      'availableStock', reservation.available_stock,
      'lines', lines.list,
      'alreadyProcessed', asked.order_id = ANY (known_orders) OR asked.number <> array_position(order_ids, asked.order_id)
    ) ORDER BY asked.number)
    FROM unnest(order_ids) WITH ORDINALITY AS asked (order_id, number)
    JOIN reservations AS reservation USING (order_id)
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object(
        'productId', product_id, 'quantity', quantity, 'name', name, 'unitPriceMinor', unit_price_minor,
        'currency', currency, 'remainingStock', remaining_stock, 'stockVersion', stock_version
      ) ORDER BY line_number) AS list
      FROM reservation_lines AS line WHERE line.order_id = asked.order_id
    ) AS lines ON true
  ));
END;
$$;
