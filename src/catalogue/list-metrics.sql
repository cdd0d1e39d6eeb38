-- Question: which metrics are there, each at its current version, in the order of their keys?
-- Inputs:   $1 after this key (null: from the first), $2 rows at most
-- Outputs:  definition, version, created_at of the version, first_created_at of the metric
SELECT DISTINCT ON (key) definition, version, created_at,
       min(created_at) OVER (PARTITION BY key) AS first_created_at
FROM metric_versions
WHERE $1::text IS NULL OR key > $1
ORDER BY key, version DESC
LIMIT $2::int
