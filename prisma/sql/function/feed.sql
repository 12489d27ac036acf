-- Makes sure that positions up to `upto` have a partition. There is no default partition: were one missing, changes
-- would wait in the outbox until it is there, and nothing would have to be moved out of a default one later.
-- A partition is made apart and then attached, which (unlike CREATE TABLE … PARTITION OF) lets readers go on.
CREATE OR REPLACE FUNCTION ensure_change_log_partitions(upto bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  width CONSTANT bigint := 100000;
  first_position bigint;
  partition_name text;
BEGIN
  -- Two sequencers may call this at once.
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

-- For an operator who puts the data back to an earlier state in a way that the feed cannot see (a restore of the data
-- alone, a snapshot of the volume): positions may then be given again to other changes, so older cursors must expire.
CREATE OR REPLACE FUNCTION reset_feed_epoch() RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  UPDATE feed_head SET nonce = gen_random_uuid();
END
$$;

COMMENT ON FUNCTION reset_feed_epoch() IS 'Begins another history of the feed: every cursor from before expires.';
