-- Question: none; the table of touched-names.sql.
CREATE OR REPLACE TABLE /*table*/ (unit_hash UInt64, unit_part UInt64) ENGINE = Memory
