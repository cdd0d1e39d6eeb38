-- Question: a build has caught up: it is live from now on.
-- Inputs:   $1 id, $2 parameters, $3 failed metrics, $4 slow counts, $5 exact quantiles, $6 segments.
-- Columns:  id: none where it was ended meanwhile.
UPDATE attribution_builds
SET state = 'live', live_at = now(), progress = 1, parameters = $2::jsonb, failed = $3::jsonb, slow_counts = $4::jsonb,
    exact_quantiles = $5::jsonb, segments = $6::jsonb
WHERE id = $1 AND state = 'building'
RETURNING id
