-- How far each partition of each topic has come into the raw tables, and the range that is on its way there. A range is
-- frozen before its first insert and its row says everything a repeat needs, so whoever takes over inserts the same
-- rows under the same tokens. Everything below `next_offset` is in the raw tables; every row of the partition received
-- up to `received_through` is, and no later range is stamped at or before it. A topic that was deleted is closed.
CREATE TABLE stream_partitions (
    topic_id text NOT NULL,
    partition integer NOT NULL,
    topic text NOT NULL,
    next_offset bigint NOT NULL DEFAULT 0,
    received_through timestamptz NOT NULL DEFAULT 'epoch',
    frozen_last bigint,
    frozen_checksum text,
    frozen_received_at timestamptz,
    owner text,
    heartbeat_at timestamptz,
    closed_at timestamptz,
    PRIMARY KEY (topic_id, partition),
    CHECK (
        (frozen_last IS NULL AND frozen_checksum IS NULL AND frozen_received_at IS NULL)
        OR (frozen_last >= next_offset AND frozen_checksum IS NOT NULL AND frozen_received_at > received_through)
    )
);
