-- Question: how are all builds, and how many units wait to be erased?
-- Columns:  live, building, untrusted, largest_difference (null: none was verified), unverified_seconds (since the build
--           that waits longest was verified or made; null: none is live), through_seconds (since `through`), erasures (not
--           done), erasure_seconds (since the one was asked for that waits longest; null: none does).
SELECT
  (count(*) FILTER (WHERE state = 'live'))::int AS live,
  (count(*) FILTER (WHERE state = 'building'))::int AS building,
  (count(*) FILTER (WHERE state = 'live' AND untrusted))::int AS untrusted,
  max(largest_difference) FILTER (WHERE state = 'live') AS largest_difference,
  extract(epoch FROM now() - min(coalesce(verified_at, live_at)) FILTER (WHERE state = 'live'))::float8 AS unverified_seconds,
  (extract(epoch FROM now()) - (SELECT through FROM attribution_shards WHERE shard = 0) / 1000.0)::float8 AS through_seconds,
  (SELECT count(*) FROM erasures WHERE done_at IS NULL)::int AS erasures,
  (SELECT extract(epoch FROM now() - min(asked_at)) FROM erasures WHERE done_at IS NULL)::float8 AS erasure_seconds
FROM attribution_builds
WHERE state IN ('live', 'building')
