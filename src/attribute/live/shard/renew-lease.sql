-- Question: is this still the attributor? If so it is for longer.
-- Inputs:   $1 fence, $2 ms that the lease lasts.
-- Columns:  fence: none where another has taken over.
UPDATE attribution_shards SET expires_at = now() + make_interval(secs => $2::float8 / 1000) WHERE shard = 0 AND fence = $1
RETURNING fence
