-- Question: which epochs does this experiment have, in their order?
-- Inputs:   $1 experiment
-- Outputs:  number, arms, targeting, effective_at, external_id, flag_version, opened_at
SELECT number, arms, targeting, effective_at, external_id, flag_version, opened_at
FROM epochs
WHERE experiment = $1
ORDER BY number
