-- Moments by segment and by bin. All of them are made anew from raw rows: Postgres' migration of the same change retires the
-- builds. (A sorting key can only be added to at its end, and what reads one segment is to find it there without reading
-- the others.)
--   segment  '' for all units, or one of the build's segments
--   bin      0 for sums, or, of a metric that counts units by bin, which bin n counts
DROP TABLE IF EXISTS moments;
CREATE TABLE IF NOT EXISTS moments
(
    build UInt32,
    epoch UInt16,
    is_new UInt8,
    cohort_day Date,
    variant LowCardinality(String),
    metric LowCardinality(String),
    excluded LowCardinality(String),
    segment LowCardinality(String),
    bin Int32,
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
ORDER BY (build, cycle, segment, epoch, is_new, cohort_day, variant, metric, excluded, bin)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 100000;

-- The unit's segments in this epoch, one number for each of the build's segment attributes.
ALTER TABLE assignments ADD COLUMN IF NOT EXISTS segments Array(UInt8);
