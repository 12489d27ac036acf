-- The change feed's tables. Triggers put each change into change_outbox, in the transaction that makes it; the
-- sequencer moves what has been committed into change_log, under positions without gaps.

CREATE TABLE change_outbox (
  -- Drawn when the change is made, inside the row's lock: it orders the changes of one row. It says nothing of
  -- the order in which transactions commit, which is why positions are given later, by one sequencer.
  id bigserial NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  organization_id uuid NOT NULL,
  type text NOT NULL,
  entity_type text NOT NULL,
  entity_id uuid NOT NULL,
  subjects uuid[],
  payload jsonb NOT NULL,
  actor_kind actor_kind NOT NULL,
  actor_id uuid,
  actor_name text NOT NULL,
  request_id text,
  occurred_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT change_outbox_pkey PRIMARY KEY (id)
);

CREATE INDEX change_outbox_xid_idx ON change_outbox (xid, id);

-- Rows come and go at once: vacuum by what died, not by what lives.
ALTER TABLE change_outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

CREATE TABLE change_log (
  position bigint NOT NULL,
  xid xid8 NOT NULL,
  organization_id uuid NOT NULL,
  type text NOT NULL,
  entity_type text NOT NULL,
  entity_id uuid NOT NULL,
  subjects uuid[],
  payload jsonb NOT NULL,
  actor_kind actor_kind NOT NULL,
  actor_id uuid,
  actor_name text NOT NULL,
  request_id text,
  occurred_at timestamptz(3) NOT NULL,
  CONSTRAINT change_log_pkey PRIMARY KEY (position)
) PARTITION BY RANGE (position);

CREATE INDEX change_log_organization_idx ON change_log (organization_id, position);

CREATE TABLE feed_head (
  is_singleton boolean NOT NULL DEFAULT true,
  position bigint NOT NULL DEFAULT 0,
  nonce uuid NOT NULL DEFAULT gen_random_uuid(),
  CONSTRAINT feed_head_pkey PRIMARY KEY (is_singleton),
  CONSTRAINT feed_head_is_singleton_check CHECK (is_singleton)
);

INSERT INTO feed_head DEFAULT VALUES;

-- What was told under a position stays told. Whole partitions go, with DROP TABLE; rows do not. Inserting fires nothing.
CREATE TRIGGER change_log_is_kept BEFORE UPDATE OR DELETE ON change_log
  FOR EACH ROW EXECUTE FUNCTION refuse('what the feed has told stays as it was told');
CREATE TRIGGER change_log_whole_is_kept BEFORE TRUNCATE ON change_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('what the feed has told stays as it was told');
CREATE TRIGGER feed_head_is_kept BEFORE DELETE OR TRUNCATE ON feed_head
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('without its row nothing gets a position');
ALTER TABLE change_log ENABLE ALWAYS TRIGGER change_log_is_kept;
ALTER TABLE change_log ENABLE ALWAYS TRIGGER change_log_whole_is_kept;
ALTER TABLE feed_head ENABLE ALWAYS TRIGGER feed_head_is_kept;

COMMENT ON TABLE change_outbox IS 'Captured changes that have no position yet.';
COMMENT ON TABLE change_log IS 'The stored feed: every committed change under its final position.';
COMMENT ON TABLE feed_head IS 'One row: the position given last, and the nonce that tells this installation from every other.';

-- Makes sure that positions up to `upto` have a partition. There is no default partition: were one missing, changes
-- would wait in the outbox until it is there, and nothing would have to be moved out of a default one later.
-- A partition is made apart and then attached, which (unlike CREATE TABLE … PARTITION OF) lets readers go on.
CREATE FUNCTION ensure_change_log_partitions(upto bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  width CONSTANT bigint := 100000;
  first_position bigint;
  partition_name text;
BEGIN
  -- Two sequencers may think of it at once.
  PERFORM pg_advisory_xact_lock(hashtextextended('muster.change_log_partitions', 0));
  SELECT position / width * width INTO first_position FROM feed_head;
  WHILE first_position <= upto LOOP
    partition_name := 'change_log_' || lpad((first_position / width)::text, 10, '0');
    IF to_regclass(partition_name) IS NULL THEN
      EXECUTE format('CREATE TABLE %I (LIKE change_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', partition_name);
      EXECUTE format(
        'ALTER TABLE change_log ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
        partition_name, first_position, first_position + width
      );
    END IF;
    first_position := first_position + width;
  END LOOP;
END
$$;

SELECT ensure_change_log_partitions(250000);

-- For whoever puts the data back to an earlier state in a way that the feed cannot see (a restore of the data alone, a
-- snapshot of the volume): positions may then be given again to other changes, so every cursor from before must expire.
CREATE FUNCTION reset_feed_epoch() RETURNS void
LANGUAGE sql
AS 'UPDATE feed_head SET nonce = gen_random_uuid()';

COMMENT ON FUNCTION reset_feed_epoch() IS 'Begins another history of the feed: every cursor from before expires.';
