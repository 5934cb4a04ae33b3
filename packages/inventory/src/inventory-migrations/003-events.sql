-- Writes events of this service into the outbox, in the transaction that makes them true, and answers the rows so that
-- the caller can send them right after the commit. `events` is an array of {type, data, traceparent}.
CREATE FUNCTION write_outbox(events jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  answer jsonb;
BEGIN
  WITH fresh AS (
    SELECT number, gen_random_uuid() AS event_id, event
    FROM jsonb_array_elements(events) WITH ORDINALITY AS listed (event, number)
  ), written AS (
    INSERT INTO outbox (event_id, entity, event_type, body, traceparent)
    SELECT
      event_id,
      'inventory-events',
      event ->> 'type',
      jsonb_build_object(
        'eventType', event -> 'type',
        'eventId', event_id,
        'timestamp', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'data', event -> 'data'
      ),
      event ->> 'traceparent'
    FROM fresh
    ORDER BY number
    RETURNING position, event_id, entity, event_type, body, traceparent
  )
  SELECT coalesce(jsonb_agg(to_jsonb(written) - 'position' ORDER BY position), '[]') INTO answer FROM written;
  RETURN answer;
END;
$$;
