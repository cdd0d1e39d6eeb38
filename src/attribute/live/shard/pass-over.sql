-- Question: nothing was received that would touch a live build: they are up to date as they are.
-- Inputs:   $1 fence, $2 up to which receipt time (ms).
-- Columns:  through: none where another attributes or a cycle is under way.
UPDATE attribution_shards
SET through = greatest(through, $2::bigint)
WHERE shard = 0 AND fence = $1 AND next_cycle IS NULL
RETURNING through
