-- Question: a new build of an experiment.
-- Inputs:   $1 fence, $2 experiment, $3 identity, $4 plan.
-- Columns:  id: none where another attributes.
INSERT INTO attribution_builds (experiment, identity, plan, state, fence)
SELECT $2, $3, $4::jsonb, 'building', fence FROM attribution_shards WHERE shard = 0 AND fence = $1
RETURNING id
