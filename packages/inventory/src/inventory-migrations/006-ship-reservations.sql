-- Marks the stock of orders as gone from the warehouse; answers {results}, each the order's state now, null when the
-- order is not known. Only what is held is shipped; asking again changes nothing.
-- The settings are those of reserve_stock, for the same reason.
CREATE FUNCTION ship_reservations(requests jsonb) RETURNS jsonb LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  order_ids uuid[] := ARRAY(SELECT (asked ->> 'order_id')::uuid FROM jsonb_array_elements(requests) AS asked);
BEGIN
  PERFORM lock_orders(order_ids);

  UPDATE reservations SET state = 'shipped', settled_at = now()
  WHERE order_id = ANY (order_ids) AND state = 'held';

  RETURN jsonb_build_object('outbox', '[]'::jsonb, 'results', (
    SELECT jsonb_agg(jsonb_build_object('state', reservation.state) ORDER BY asked.number)
    FROM unnest(order_ids) WITH ORDINALITY AS asked (order_id, number)
    LEFT JOIN reservations AS reservation USING (order_id)
  ));
END;
$$;
