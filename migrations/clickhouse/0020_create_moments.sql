-- What attribution keeps of an experiment beside its raw rows: a cache, made by builds (Postgres: attribution_builds) and
-- kept up to date by cycles.
--   assignments  of each unit in each epoch: the one with the highest cycle counts. Written by a cycle after its moments,
--                from raw rows alone, so that writing it again changes nothing. arm is an index from 1 into the variants of
--                the build's plan; flags has a bit each for new (1), guarded (2), mixed (4), deleted (8).
--   moments      sums over units, added up by the engine as they come: a cycle adds one block, under one token. The row
--                with build 0 and the cycle's number tells that the block is there.
CREATE TABLE IF NOT EXISTS assignments
(
    unit_hash UInt64,
    build UInt32,
    epoch UInt16,
    arm UInt16,
    flags UInt8,
    first Int64,
    origin Int64,
    cycle UInt64
)
ENGINE = ReplacingMergeTree(cycle)
ORDER BY (unit_hash, build, epoch)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 1000;

-- A row of a metric ('' is none) counts n units, left_out those that its transform leaves out, and sums their vectors
-- and products around the build's centre; units without a row of the metric's conversions are vectors of 0 and in none.
-- A row without a metric counts units (n) and of these those of two variants (left_out), or what `excluded` names.
CREATE TABLE IF NOT EXISTS moments
(
    build UInt32,
    epoch UInt16,
    is_new UInt8,
    cohort_day Date,
    variant LowCardinality(String),
    metric LowCardinality(String),
    excluded LowCardinality(String),
    cycle UInt64,
    n Int64,
    left_out Int64,
    s1 Float64,
    s2 Float64,
    s3 Float64,
    s4 Float64,
    p11 Float64,
    p12 Float64,
    p13 Float64,
    p14 Float64,
    p22 Float64,
    p23 Float64,
    p24 Float64,
    p33 Float64,
    p34 Float64,
    p44 Float64
)
ENGINE = SummingMergeTree
ORDER BY (build, cycle, epoch, is_new, cohort_day, variant, metric, excluded)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 100000;
