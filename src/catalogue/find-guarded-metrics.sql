-- Question: how does an experiment count these metrics: by the versions it keeps, else by the current ones?
-- Inputs:   $1 experiment, $2 metrics
-- Outputs:  definition
SELECT DISTINCT ON (v.key) v.definition
FROM metric_versions AS v
LEFT JOIN experiment_metrics AS kept ON kept.experiment = $1 AND kept.metric = v.key
WHERE v.key = ANY ($2::text[]) AND v.version = coalesce(kept.version, v.version)
ORDER BY v.key, v.version DESC
