-- Creates the missing partitions for positions up to `upto`. There is no default partition, because rows would have to
-- be moved out of it later. While a partition is missing, changes wait in the outbox.
-- The function creates a table and then attaches it: CREATE TABLE … PARTITION OF would block readers.
CREATE OR REPLACE FUNCTION ensure_change_log_partitions(upto bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  width CONSTANT bigint := 100000;
  first_position bigint;
  partition_name text;
BEGIN
  -- Two sequencers may call this function at the same time.
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

-- For an operator who restores an earlier state in a way that the feed cannot detect, such as a restore of the data
-- alone or a snapshot of the volume. The feed may then assign used positions to other changes, so older cursors must
-- expire.
CREATE OR REPLACE FUNCTION reset_feed_epoch() RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  UPDATE feed_head SET nonce = gen_random_uuid();
END
$$;

COMMENT ON FUNCTION reset_feed_epoch() IS 'Starts a new history of the feed: every existing cursor expires.';
