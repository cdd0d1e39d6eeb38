-- Question: none; the table of assign.sql.
CREATE OR REPLACE TABLE /*table*/
(
    unit_hash UInt64,
    build UInt32,
    epoch UInt16,
    arm UInt16,
    flags UInt8,
    first Int64,
    origin Int64,
    segments Array(UInt8)
)
ENGINE = Memory
