-- Question: none; the table of touched-names.sql.
CREATE OR REPLACE TABLE /*table*/ (unit_hash UInt64, part UInt8) ENGINE = Memory
