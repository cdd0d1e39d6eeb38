-- Question: a cycle number that nobody has, for a build that is not live yet.
-- Inputs:   $1 fence.
-- Columns:  last_cycle: none where another attributes.
UPDATE attribution_shards SET last_cycle = last_cycle + 1 WHERE shard = 0 AND fence = $1 RETURNING last_cycle
