DROP FUNCTION reset_feed_epoch();
DROP FUNCTION ensure_change_log_partitions(bigint);
DROP TABLE feed_head;
DROP TABLE change_log;
DROP TABLE change_outbox;
