-- Faults on purpose as operators switched them. The newest row is in force until it expires; after an 'expiry' the
-- environment of each host counts again. Rows are only ever added, so they are also the record of what was switched when.
CREATE TABLE chaos_switches (
  revision   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cause      text NOT NULL CHECK (cause IN ('operator', 'expiry')),
  -- As in packages/contracts/src/chaos-api.ts, always complete.
  settings   jsonb,
  expires_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((settings IS NOT NULL) = (cause = 'operator')),
  CHECK (expires_at IS NULL OR settings IS NOT NULL),
  CONSTRAINT chaos_switches_gremlin CHECK (settings IS NULL OR coalesce(
    settings #>> '{gremlin,mode}' IN ('off', 'random', 'every-nth')
    AND (settings #>> '{gremlin,minDelayMs}')::integer BETWEEN 0 AND (settings #>> '{gremlin,maxDelayMs}')::integer
    AND (settings #>> '{gremlin,maxDelayMs}')::integer <= 60000
    AND (settings #>> '{gremlin,delayMs}')::integer BETWEEN 0 AND 60000
    AND (settings #>> '{gremlin,everyNth}')::bigint >= 1, false)),
  CONSTRAINT chaos_switches_schrodinger CHECK (settings IS NULL OR coalesce(
    settings #>> '{schrodinger,mode}' IN ('off', 'exit', 'drop', 'error')
    AND (settings #>> '{schrodinger,probability}')::float8 BETWEEN 0 AND 1
    AND (settings #>> '{schrodinger,everyNth}')::bigint >= 0, false))
);

CREATE TRIGGER chaos_switches_are_append_only BEFORE UPDATE OR DELETE ON chaos_switches
  FOR EACH ROW EXECUTE FUNCTION refuse_change('the record of switches is append-only');
CREATE TRIGGER chaos_switches_are_kept BEFORE TRUNCATE ON chaos_switches
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the record of switches is append-only');

-- What the environment of the gRPC host that started last asks for, so that the other face of the service can tell.
CREATE TABLE chaos_environment (
  is_only_row boolean PRIMARY KEY DEFAULT true CHECK (is_only_row),
  settings    jsonb NOT NULL,
  reported_at timestamptz NOT NULL DEFAULT now()
);
