-- Question: take an engine connection away.
-- Inputs:   $1 key
-- Outputs:  none
DELETE FROM engine_connections WHERE key = $1
