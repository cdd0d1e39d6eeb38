-- Question: all that a cycle writes is there.
-- Inputs:   $1 fence, $2 cycle.
-- Columns:  through: none where another attributes.
UPDATE attribution_shards
SET through = next_through, next_cycle = NULL, next_through = NULL
WHERE shard = 0 AND fence = $1 AND next_cycle = $2::bigint
RETURNING through
