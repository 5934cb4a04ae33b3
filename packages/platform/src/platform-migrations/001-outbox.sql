-- Events that are true but not yet sent. A row is written in the transaction that makes its event true and removed once
-- the broker has accepted it. claimed_until keeps two senders from sending the same row at the same moment: the process
-- that commits a row has until then to send it, afterwards anyone may.
CREATE TABLE outbox (
  position      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id      uuid NOT NULL UNIQUE,
  entity        text NOT NULL,
  event_type    text NOT NULL,
  body          jsonb NOT NULL,
  traceparent   text,
  created_at    timestamptz NOT NULL DEFAULT now(),
  claimed_until timestamptz NOT NULL DEFAULT now() + interval '5 seconds'
);

-- Messages that their reader can never handle, with the reason, until an operator replays or discards them.
CREATE TABLE quarantined_messages (
  quarantine_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  entity        text NOT NULL,
  reader        text NOT NULL,
  event_id      text,
  event_type    text,
  body          text NOT NULL,
  reason        text NOT NULL,
  detail        text NOT NULL,
  quarantined_at timestamptz NOT NULL DEFAULT now()
);

-- Once however often it is delivered. The digest, because a body may be larger than an index entry.
CREATE UNIQUE INDEX quarantined_once ON quarantined_messages (reader, coalesce(event_id, ''), md5(body));
