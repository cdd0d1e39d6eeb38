-- Question: which units does a batch of erasures take away?
-- Inputs:   $1 cycle.
-- Columns:  unit_type, unit_id, unit_hash.
SELECT unit_type, unit_id, unit_hash FROM erasures WHERE cycle = $1::bigint AND done_at IS NULL ORDER BY id
