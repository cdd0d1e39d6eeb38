-- Raw impressions and conversions: the truth, never aggregated away, written exactly once by deduplication tokens.
-- Partitions are by week of receipt, so that late events cannot touch many; everything in a row is fixed before its
-- first insert, because tokens are kept per partition. unit_hash is what joins a unit's rows and chooses its shard.
CREATE TABLE raw_impressions
(
    environment LowCardinality(String),
    flag LowCardinality(String),
    unit_type LowCardinality(String),
    unit_id String,
    variant LowCardinality(String),
    ts DateTime64(3, 'UTC'),
    id String,
    reason LowCardinality(String),
    flag_version LowCardinality(String),
    attributes Map(LowCardinality(String), String),
    sent_at Nullable(DateTime64(3, 'UTC')),
    _received_at DateTime64(3, 'UTC'),
    _source LowCardinality(String),
    _partition UInt32,
    _offset UInt64,
    unit_hash UInt64 MATERIALIZED cityHash64(unit_type, unit_id),
    content_hash UInt64 MATERIALIZED cityHash64(variant, reason, flag_version, mapSort(attributes))
)
ENGINE = MergeTree
PARTITION BY toMonday(_received_at)
ORDER BY (environment, flag, unit_hash, ts, id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 100000;

CREATE TABLE raw_conversions
(
    environment LowCardinality(String),
    name LowCardinality(String),
    unit_type LowCardinality(String),
    unit_id String,
    value Nullable(Float64),
    ts DateTime64(3, 'UTC'),
    id String,
    attributes Map(LowCardinality(String), String),
    sent_at Nullable(DateTime64(3, 'UTC')),
    _received_at DateTime64(3, 'UTC'),
    _source LowCardinality(String),
    _partition UInt32,
    _offset UInt64,
    unit_hash UInt64 MATERIALIZED cityHash64(unit_type, unit_id),
    content_hash UInt64 MATERIALIZED cityHash64(value, mapSort(attributes))
)
ENGINE = MergeTree
PARTITION BY toMonday(_received_at)
ORDER BY (environment, unit_hash, name, ts, id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 100000;
