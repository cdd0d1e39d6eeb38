-- Question: what are the hashes of the units that a batch takes away?
-- Inputs:   mark: units (the table of create-erased-units.sql).
-- Columns:  unit_hash.
SELECT DISTINCT cityHash64(unit_type, unit_id) AS unit_hash FROM /*units*/
