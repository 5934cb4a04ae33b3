-- Answers for orders whose ReserveStock call ended without a known outcome: the outcome there is, or the one decided
-- now, exactly as reserve_stock would; with one OrderVerified event each. Takes and answers what reserve_stock does.
-- An order counts as recovered when its reservation stood already although its caller never heard so.
CREATE FUNCTION verify_orders(requests jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  decided jsonb := reserve_stock(requests);
  written jsonb;
BEGIN
  SELECT write_outbox(jsonb_agg(jsonb_build_object('type', 'OrderVerified', 'traceparent', traceparent,
    'data', jsonb_strip_nulls(jsonb_build_object(
      'orderId', order_id,
      'status', CASE WHEN is_reserved THEN 'confirmed' ELSE 'failed' END,
      'reservationId', CASE WHEN is_reserved THEN result -> 'reservationId' END,
      'reservation', CASE WHEN is_reserved THEN jsonb_build_object(
        'reservationId', result -> 'reservationId',
        'lines', (
          SELECT jsonb_agg(line - 'remainingStock' - 'stockVersion' ORDER BY line_number)
          FROM jsonb_array_elements(result -> 'lines') WITH ORDINALITY AS listed (line, line_number)
        )
      ) END,
      'reason', CASE WHEN is_reserved THEN NULL WHEN state = 'refused' THEN result -> 'reason' ELSE '"fenced"' END,
      'productId', CASE WHEN state = 'refused' THEN result -> 'productId' END,
      'availableStock', CASE WHEN state = 'refused' THEN result -> 'availableStock' END,
      'recoveredFromCrash',
        is_reserved AND (result -> 'alreadyProcessed')::boolean AND result ->> 'source' = 'grpc'
    ))) ORDER BY number))
  INTO written
  FROM (
    SELECT number, result, result ->> 'state' AS state, result ->> 'state' IN ('held', 'shipped') AS is_reserved,
      body -> 'order_id' AS order_id, body ->> 'traceparent' AS traceparent
    FROM jsonb_array_elements(requests) WITH ORDINALITY AS asked (body, number)
    JOIN jsonb_array_elements(decided -> 'results') WITH ORDINALITY AS answered (result, number) USING (number)
  ) AS answer;

  RETURN jsonb_set(decided, '{outbox}', (decided -> 'outbox') || written);
END;
$$;
