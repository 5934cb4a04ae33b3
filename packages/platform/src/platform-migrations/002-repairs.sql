-- What the reconciler changed in this database, in the transaction that changed it. Rows are only ever added.
CREATE TABLE repairs (
  repair_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- One run of the reconciler; the same in both databases.
  run_id      uuid NOT NULL,
  check_name  text NOT NULL,
  subject     text NOT NULL,
  explanation text NOT NULL,
  repair      text NOT NULL,
  -- What the repaired rows said before and say now.
  before      jsonb NOT NULL,
  after       jsonb NOT NULL,
  repaired_by text NOT NULL DEFAULT current_user,
  repaired_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX repairs_of_a_subject ON repairs (subject, repair_id);

CREATE FUNCTION refuse_changed_repairs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the record of repairs is append-only' USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER repairs_are_append_only BEFORE UPDATE OR DELETE ON repairs
  FOR EACH ROW EXECUTE FUNCTION refuse_changed_repairs();
CREATE TRIGGER repairs_are_kept BEFORE TRUNCATE ON repairs
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_changed_repairs();
