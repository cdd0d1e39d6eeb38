-- Question: none; the table of touched-impressions.sql. Its columns are named as in raw_impressions, so that the same
-- questions can be asked of it.
CREATE OR REPLACE TABLE /*table*/
(
    environment LowCardinality(String),
    flag LowCardinality(String),
    unit_type LowCardinality(String),
    unit_hash UInt64,
    variant LowCardinality(String),
    ts DateTime64(3, 'UTC'),
    id_hash UInt64,
    content_hash UInt64,
    reason LowCardinality(String),
    flag_version LowCardinality(String),
    attributes Map(LowCardinality(String), String),
    known_before UInt8
)
ENGINE = Memory
