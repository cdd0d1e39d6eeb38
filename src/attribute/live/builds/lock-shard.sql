-- Question: is this still the attributor, with no cycle under way and the live builds where it left them? They stay there
--           until the transaction ends.
-- Inputs:   $1 fence, $2 through (ms).
-- Columns:  shard: none where it is not so.
SELECT shard FROM attribution_shards WHERE shard = 0 AND fence = $1 AND next_cycle IS NULL AND through = $2::bigint FOR UPDATE
