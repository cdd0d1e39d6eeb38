-- Question: which builds are live?
-- Inputs:   $1 experiment (null: of all).
-- Columns:  id, experiment, identity, plan, parameters, failed, slow_counts.
SELECT id, experiment, identity, plan, parameters, failed, slow_counts
FROM attribution_builds
WHERE state = 'live' AND ($1::text IS NULL OR experiment = $1)
ORDER BY id
