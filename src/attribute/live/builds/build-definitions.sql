-- Question: what are these live builds made by? It does not change any more.
-- Inputs:   $1 ids.
-- Columns:  id, plan, parameters, segments.
SELECT id, plan, parameters, segments
FROM attribution_builds
WHERE id = ANY($1) AND state <> 'building'
