-- Question: which of these metrics are there?
-- Inputs:   $1 keys
-- Outputs:  key
SELECT DISTINCT key FROM metric_versions WHERE key = ANY ($1::text[])
