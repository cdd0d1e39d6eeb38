-- Question: end builds: the live one of an experiment, or those that others left half-way.
-- Inputs:   $1 fence, $2 experiment (null: those left half-way).
-- Columns:  id.
UPDATE attribution_builds
SET state = 'retired', retired_at = now()
WHERE CASE WHEN $2::text IS NULL THEN state = 'building' AND fence <> $1 ELSE state = 'live' AND experiment = $2 END
  AND EXISTS (SELECT FROM attribution_shards WHERE shard = 0 AND fence = $1)
RETURNING id
