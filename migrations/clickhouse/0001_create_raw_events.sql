-- Raw impressions and conversions: the truth, never aggregated away, written exactly once by deduplication tokens.
-- Partitions are by week of receipt, so that late events cannot touch many; everything in a row is fixed before its
-- first insert, because tokens are kept per table partition.
--   unit_types    the types of all units of the event (it is stored once per unit); left out: of this one alone
--   unit_hash     joins a unit's rows and chooses its shard; the unit type is in it
--   id_hash       stands for the event's name (or flag) and id among the rows of one unit: repeats are found by it
--   content_hash  which of two rows with one identity and one ts counts; never NULL, although the value may be
CREATE TABLE IF NOT EXISTS raw_impressions
(
    environment LowCardinality(String),
    flag LowCardinality(String),
    unit_type LowCardinality(String),
    unit_id String,
    unit_types Array(LowCardinality(String)) DEFAULT [unit_type],
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
    id_hash UInt64 MATERIALIZED cityHash64(flag, id),
    content_hash UInt64 MATERIALIZED cityHash64(variant, reason, flag_version, mapSort(attributes))
)
ENGINE = MergeTree
PARTITION BY toMonday(_received_at)
ORDER BY (environment, flag, unit_hash, ts, id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 100000;

CREATE TABLE IF NOT EXISTS raw_conversions
(
    environment LowCardinality(String),
    name LowCardinality(String),
    unit_type LowCardinality(String),
    unit_id String,
    unit_types Array(LowCardinality(String)) DEFAULT [unit_type],
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
    id_hash UInt64 MATERIALIZED cityHash64(name, id),
    content_hash UInt64 MATERIALIZED cityHash64(isNull(value), ifNull(value, 0), mapSort(attributes))
)
ENGINE = MergeTree
PARTITION BY toMonday(_received_at)
ORDER BY (environment, unit_hash, name, ts, id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 100000;
