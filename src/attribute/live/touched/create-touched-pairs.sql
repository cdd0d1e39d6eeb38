-- Question: none; the table of touched-pairs.sql and touched-assignments.sql.
CREATE OR REPLACE TABLE /*table*/
(
    side Int8,
    unit_hash UInt64,
    epoch UInt16,
    first Int64,
    arm UInt16,
    guarded UInt8,
    mixed UInt8,
    is_new UInt8,
    origin Int64,
    cohort_day Date,
    until Int64,
    changed UInt8,
    segments Array(UInt8)
)
ENGINE = Memory
