-- Events that were not taken: why, from whom, and the bytes as they came (the first 4096 of them), so that they can be
-- read, repaired and sent again. Written with the same stamps and tokens as raw rows. Bytes arrive in base64, because
-- they need not be valid UTF-8. Kept for 30 days.
CREATE TABLE IF NOT EXISTS dead_letters
(
    code LowCardinality(String),
    detail String,
    raw String DEFAULT base64Decode(raw_base64),
    raw_base64 String EPHEMERAL,
    raw_bytes UInt32,
    sender String,
    position UInt32,
    _received_at DateTime64(3, 'UTC'),
    _source LowCardinality(String),
    _partition UInt32,
    _offset UInt64
)
ENGINE = MergeTree
PARTITION BY toMonday(_received_at)
ORDER BY (_received_at, _source, _offset, position)
TTL toDateTime(_received_at) + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 100000;
