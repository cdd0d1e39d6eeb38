-- Question: a metric of a build has no moments any more.
-- Inputs:   $1 id, $2 metric, $3 reason.
UPDATE attribution_builds SET failed = failed || jsonb_build_object($2::text, $3::text) WHERE id = $1
