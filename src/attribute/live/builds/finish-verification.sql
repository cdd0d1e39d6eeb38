-- Question: what came of a verification?
-- Inputs:   $1 id, $2 through (ms), $3 largest difference, $4 where, $5 whether it is too large, $6 exact quantiles.
UPDATE attribution_builds
SET verification_asked_at = NULL, verified_at = now(), verified_through = $2::bigint, largest_difference = $3::float8,
    difference_at = $4, untrusted = $5::boolean, exact_quantiles = $6::jsonb,
    rebuild_asked_at = CASE WHEN $5::boolean THEN coalesce(rebuild_asked_at, now()) ELSE rebuild_asked_at END
WHERE id = $1
