-- Question: ask for a verification or a rebuild of live builds.
-- Inputs:   $1 experiment (null: all), $2 whether to verify, $3 whether to rebuild.
-- Columns:  id, asked_at: none where the experiment has no live build.
UPDATE attribution_builds
SET verification_asked_at = CASE WHEN $2::boolean THEN now() ELSE verification_asked_at END,
    rebuild_asked_at = CASE WHEN $3::boolean THEN now() ELSE rebuild_asked_at END
WHERE state = 'live' AND ($1::text IS NULL OR experiment = $1)
RETURNING id, now() AS asked_at
