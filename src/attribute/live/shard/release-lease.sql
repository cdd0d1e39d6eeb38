-- Question: let another process attribute at once.
-- Inputs:   $1 fence.
UPDATE attribution_shards SET expires_at = 'epoch' WHERE shard = 0 AND fence = $1
