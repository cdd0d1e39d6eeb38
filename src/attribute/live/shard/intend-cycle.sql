-- Question: begin a cycle.
-- Inputs:   $1 fence, $2 up to which receipt time (ms).
-- Columns:  next_cycle: none where another attributes, or a cycle is under way.
UPDATE attribution_shards
SET last_cycle = last_cycle + 1, next_cycle = last_cycle + 1, next_through = $2::bigint
WHERE shard = 0 AND fence = $1 AND next_cycle IS NULL
RETURNING next_cycle
