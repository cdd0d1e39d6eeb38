-- Question: how is attribution of an experiment going?
-- Inputs:   $1 experiment.
-- Columns:  id, state (building or live), progress, created_at, live_at, verified_at, verified_through (ms),
--           largest_difference, difference_at, untrusted, verification_asked, rebuild_asked, through (ms, of the live builds).
SELECT
  id, state, progress, created_at, live_at, verified_at, verified_through, largest_difference, difference_at, untrusted,
  verification_asked_at IS NOT NULL AS verification_asked, rebuild_asked_at IS NOT NULL AS rebuild_asked,
  (SELECT through FROM attribution_shards WHERE shard = 0) AS through
FROM attribution_builds
WHERE experiment = $1 AND state IN ('building', 'live')
ORDER BY id
