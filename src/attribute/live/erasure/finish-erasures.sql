-- Question: a batch of erasures is done; their ids are forgotten. Exact quantiles, which may be those units' values, are
--           taken away, and read again by a verification.
-- Inputs:   $1 fence, $2 cycle.
-- Columns:  shard: none where another attributes.
WITH finished AS (
  UPDATE attribution_shards SET next_cycle = NULL, next_through = NULL
  WHERE shard = 0 AND fence = $1 AND next_cycle = $2::bigint
  RETURNING shard
),
forgotten AS (
  UPDATE erasures SET done_at = now(), unit_id = NULL
  FROM finished
  WHERE erasures.cycle = $2::bigint AND erasures.done_at IS NULL
),
quantiles AS (
  UPDATE attribution_builds
  SET exact_quantiles = 'null', verification_asked_at = coalesce(verification_asked_at, now())
  FROM finished
  WHERE state = 'live' AND exact_quantiles <> 'null'
    AND plan ->> 'unitType' IN (SELECT unit_type FROM erasures WHERE cycle = $2::bigint)
)
SELECT shard FROM finished
