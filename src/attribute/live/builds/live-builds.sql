-- Question: which builds are live, and how are they?
-- Inputs:   $1 experiments (null: of all).
-- Columns:  id, experiment, identity, failed, slow_counts, exact_quantiles, untrusted,
--           verified_at, largest_difference, rebuild_asked (is it to be made anew?), age_ms (since it is live).
SELECT
  id, experiment, identity, failed, slow_counts, exact_quantiles, untrusted, verified_at,
  largest_difference, rebuild_asked_at IS NOT NULL AS rebuild_asked, (extract(epoch FROM now() - live_at) * 1000)::float8 AS age_ms
FROM attribution_builds
WHERE state = 'live' AND ($1::text[] IS NULL OR experiment = ANY($1))
ORDER BY id
