-- Question: none; the table of touched-flags.sql.
CREATE OR REPLACE TABLE /*table*/ (flag LowCardinality(String), unit_hash UInt64, plan UInt16) ENGINE = Memory
