-- Question: what is this metric, now or at one version?
-- Inputs:   $1 key, $2 version (null: the current one)
-- Outputs:  definition, version, created_at of the version, first_created_at of the metric
SELECT definition, version, created_at,
       (SELECT min(created_at) FROM metric_versions WHERE key = $1) AS first_created_at
FROM metric_versions
WHERE key = $1 AND ($2::int IS NULL OR version = $2)
ORDER BY version DESC
LIMIT 1
