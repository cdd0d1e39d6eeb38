-- Question: none; the table of touched-conversions.sql. Its columns are named as in raw_conversions, so that the same
-- questions can be asked of it.
CREATE OR REPLACE TABLE /*table*/
(
    environment LowCardinality(String),
    unit_type LowCardinality(String),
    unit_hash UInt64,
    name LowCardinality(String),
    ts DateTime64(3, 'UTC'),
    id_hash UInt64,
    content_hash UInt64,
    value Nullable(Float64),
    id String,
    attributes Map(LowCardinality(String), String),
    known_before UInt8
)
ENGINE = Memory
