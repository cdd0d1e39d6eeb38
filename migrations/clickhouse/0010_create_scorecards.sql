-- Every scorecard ever made, as the documents people were shown: time travel, permalinks and decisions cite them. Granules are
-- small because a document is large and is read alone.
CREATE TABLE IF NOT EXISTS scorecards
(
    experiment LowCardinality(String),
    data_through DateTime64(3, 'UTC'),
    computed_at DateTime64(3, 'UTC'),
    scorecard_id String,
    spec_hash String,
    engine_version LowCardinality(String),
    results String CODEC(ZSTD(3)),
    health String CODEC(ZSTD(3))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(data_through)
ORDER BY (experiment, data_through, scorecard_id)
SETTINGS index_granularity = 64, non_replicated_deduplication_window = 10000;

-- One row per metric and comparison of each of them: what a figure was over time, without opening documents.
CREATE TABLE IF NOT EXISTS scorecard_points
(
    experiment LowCardinality(String),
    metric LowCardinality(String),
    variant LowCardinality(String),
    data_through DateTime64(3, 'UTC'),
    scorecard_id String,
    verdict LowCardinality(String),
    control_units UInt64,
    units UInt64,
    control_mean Nullable(Float64),
    mean Nullable(Float64),
    p Nullable(Float64),
    absolute_estimate Nullable(Float64),
    absolute_low Nullable(Float64),
    absolute_high Nullable(Float64),
    relative_estimate Nullable(Float64),
    relative_low Nullable(Float64),
    relative_high Nullable(Float64)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(data_through)
ORDER BY (experiment, metric, variant, data_through)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000;
