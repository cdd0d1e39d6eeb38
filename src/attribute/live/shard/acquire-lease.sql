-- Question: may this process attribute from now on?
-- Inputs:   $1 holder, $2 ms that the lease lasts, $3 whether no other process can have these stores open.
-- Columns:  none where another holds it; else fence.
UPDATE attribution_shards
SET holder = $1,
    fence = fence + 1,
    expires_at = now() + make_interval(secs => $2::float8 / 1000)
WHERE shard = 0 AND (expires_at <= now() OR $3::boolean)
RETURNING fence
