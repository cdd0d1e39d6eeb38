-- Question: none; the table of touched-flags.sql.
CREATE OR REPLACE TABLE /*table*/ (unit_hash UInt64, plan UInt16) ENGINE = Memory
