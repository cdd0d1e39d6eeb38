-- Question: none; the table of the units that a batch takes away. Their ids go there with an insert's rows and into no other
-- statement, so that no log of the engine has them.
CREATE OR REPLACE TABLE /*table*/ (chunk UInt16, unit_type String, unit_id String, needles Array(String)) ENGINE = Memory
